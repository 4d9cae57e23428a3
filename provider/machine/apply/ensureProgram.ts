import type { Session } from "../../ssh/session";
import type { Report } from "../../ssh/waiting";
import { waitForCloudInit } from "./cloudInit";
import { installProgram } from "./program";

/** Seconds that cloud-init may take on a new machine. */
const cloudInitLimit = 600;

/**
 * Installs the on-machine program when cloud-init has finished.
 *
 * @throws with the machine's words when cloud-init failed or the program cannot be installed
 */
export async function bringProgram(session: Session, signal: AbortSignal, tell: Report): Promise<void> {
  await waitForCloudInit(session, cloudInitLimit, signal, tell);
  tell("installing Holdfast's part of the machine");
  await installProgram(session);
}
