import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../../../lib/progress";
import { localPaths } from "../../../local/paths";
import { readSettingsFile } from "../../../stack/settingsFile";
import { obtainAcmeServer } from "../../../toolchain/acmeServer";

/** Seconds until the local cloud's process has started it. */
const LIMIT = 30;

/** Builds the authority for certificates for a stack that wants https. Whether there is one; where not, it says why. */
export async function obtainAuthority(stack: string, progress: Progress): Promise<boolean> {
  if (!("holdfast:https" in readSettingsFile(stack).config)) return false;
  const found = await obtainAcmeServer({ progress });
  if (typeof found === "string") return true;
  progress.note(`No authority for certificates in this local cloud, so the stack serves http: ${found.missing}.`);
  return false;
}

/** Until stacks can name it. Without it the stack serves http, and `pulumi up` says so. */
export async function waitForAuthority(cloud: string, progress: Progress): Promise<void> {
  const { acmeIssuer, trusted } = localPaths(cloud);
  const isThere = () => existsSync(acmeIssuer) && existsSync(trusted);
  if (isThere()) return;
  await progress.step({ title: "Waiting for the local authority for certificates", limit: LIMIT }, async () => {
    for (const started = Date.now(); !isThere() && Date.now() - started < LIMIT * 1000;) await sleep(200);
  });
}
