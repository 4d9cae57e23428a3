import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/errors";
import { type Jump, sshFiles, type Route } from "./config";
import { identities } from "./identities";

/**
 * Runs `ssh` to a machine, through the first jump host that answers and with pinned host keys.
 *
 * @param start gets `ssh` and its arguments
 * @throws UserError when no jump host answers
 */
export async function onMachine<T>(
  stack: string,
  route: Route,
  command: readonly string[],
  start: (program: string, args: string[]) => Promise<T>,
): Promise<T> {
  const jump = await firstThatAnswers(route.jumps);
  if (route.jumps.length > 0 && !jump) {
    const tried = route.jumps.map(({ host, port }) => `${host}:${port}`).join(", ");
    throw new UserError(`no jump host connects to ${route.machine} (tried ${tried}): is your address in allowFrom?`);
  }
  const folder = mkdtempSync(join(tmpdir(), "holdfast-ssh-"));
  try {
    const knownHosts = join(folder, "known_hosts");
    const files = sshFiles(route, jump, { knownHosts, identities: await identities(stack, route, folder) });
    writeFileSync(join(folder, "config"), files.config);
    writeFileSync(knownHosts, files.knownHosts);
    return await start("ssh", [
      "-F",
      join(folder, "config"),
      route.machine,
      ...(command.length ? ["--", ...command] : []),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds for a connection to a jump host. */
const CONNECT_LIMIT = 3;

async function firstThatAnswers(jumps: readonly Jump[]): Promise<Jump | undefined> {
  for (const jump of jumps) if (await answers(jump)) return jump;
  return undefined;
}

function answers({ host, port }: Jump): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_LIMIT * 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
  });
}
