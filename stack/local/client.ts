import { existsSync, readFileSync } from "node:fs";
import type { CloudStatus, MachineStatus } from "../../local/api/service/status";
import { lockHolder } from "../../local/lock";
import { type DaemonInfo, localCloudName, localPaths } from "../../local/paths";
import { UserError } from "../../lib/errors";

/** Exit code of commands that need a running local cloud when it does not run. */
export const NOT_RUNNING = 3;

/** Endpoint, token and pid of the running local cloud; undefined if it does not run. */
export async function findDaemon(name = localCloudName()): Promise<DaemonInfo | undefined> {
  const file = localPaths(name).daemon;
  // The file alone proves nothing: it stays behind after a kill -9.
  if (!existsSync(file) || (await lockHolder(`${name}/daemon`)) === undefined) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as DaemonInfo;
}

/** @throws when the local cloud does not run */
export async function requireDaemon(name = localCloudName()): Promise<DaemonInfo> {
  const daemon = await findDaemon(name);
  if (daemon) return daemon;
  throw new UserError(`the local cloud "${name}" is not running: start it with \`make local\``, NOT_RUNNING);
}

/** Seconds for an answer of the daemon. */
const LIMIT = 10;

/** Calls the local cloud's API or its own control calls (`/_local/…`). */
export async function callDaemon(daemon: DaemonInfo, path: string, init: RequestInit = {}): Promise<unknown> {
  const url = new URL(path, daemon.endpoint);
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      headers: { authorization: `Bearer ${daemon.token}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(LIMIT * 1000),
    });
  } catch (error) {
    throw new UserError(
      `the local cloud "${daemon.name}" (pid ${daemon.pid}) does not answer at ${url.href}: ${(error as Error).message}. ` +
        `Its log is ${localPaths(daemon.name).daemonLog}; \`make down\` removes it whatever state it is in.`,
    );
  }
  if (!response.ok) throw new UserError(`${url.href} answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

/** Machines and floating IPs of the running local cloud. */
export async function cloudStatus(daemon: DaemonInfo): Promise<CloudStatus> {
  return (await callDaemon(daemon, "/_local/status")) as CloudStatus;
}

/** A machine by its name, with or without the stack's name before it: `app-1` and `local-app-1` are the same. */
export function findMachine(machines: readonly MachineStatus[], name: string, cloud: string): MachineStatus {
  const machine = machines.find((one) => one.name === name) ?? machines.find((one) => one.name === `${cloud}-${name}`);
  if (machine) return machine;
  const known = machines.map((one) => one.name).join(", ") || "none";
  throw new UserError(`there is no machine "${name}" in the local cloud "${cloud}"; its machines: ${known}`);
}
