import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasIdentity } from "../../local/identity";
import { isAlive, programOf } from "../../local/machines/processes";
import { type DaemonInfo, localPaths } from "../../local/paths";
import type { Progress } from "../../lib/progress";
import { UserError } from "../../lib/errors";
import { endOrphanedPrograms } from "./processes";
import { removeOrphans } from "./orphans";
import { PROJECT, readState, stateFile } from "../state";

/**
 * Runs an update. A marker file remembers an unfinished one even if this process is killed, and makes the next one
 * refresh: the state of an interrupted update may be wrong, e.g. about the network of a server.
 *
 * @param update gets whether it has to refresh first; gives Pulumi's exit code
 */
export async function updateToTheEnd(name: string, update: (refresh: boolean) => Promise<number>): Promise<number> {
  const marker = join(localPaths(name).state, "update-unfinished");
  const halfMade = readState(name)?.resources.some(({ initErrors }) => (initErrors ?? []).length > 0) ?? false;
  const refresh = halfMade || existsSync(marker);
  writeFileSync(marker, "");
  const code = await update(refresh);
  if (code === 0) rmSync(marker);
  return code;
}

/**
 * Removes the Pulumi state of a local cloud that is gone, e.g. one that a `pulumi` wrote after its cloud was removed.
 * An update would wait for its machines. To be called before the cloud starts.
 */
export function forgetStateOfEarlierCloud(name: string, progress: Progress): void {
  const { pulumi } = localPaths(name);
  if (hasIdentity(name) || !existsSync(pulumi)) return;
  progress.note(`Removing the Pulumi state of an earlier local cloud "${name}", which no longer exists.`);
  rmSync(pulumi, { recursive: true });
}

/**
 * Cleans up after a killed `pulumi` on the local cloud: its lock, and records of unfinished operations. On real
 * stacks a person decides about these.
 */
export async function recoverStack(daemon: DaemonInfo, progress: Progress): Promise<void> {
  await endOrphanedPrograms(daemon.name);
  removeDeadLocks(daemon.name, progress);
  const state = readState(daemon.name);
  if (!state || state.pending.length === 0) return;
  const creations = state.pending.filter(({ type }) => type === "creating");
  progress.note(`An earlier \`pulumi\` was interrupted in ${state.pending.length} operations; cleaning up after it.`);
  if (creations.length > 0) await removeOrphans(daemon, state.resources, progress);
  clearPending(daemon.name);
}

/** Removes locks of processes that no longer exist. @throws UserError when a living `pulumi` works on the stack */
function removeDeadLocks(name: string, progress: Progress): void {
  const folder = join(localPaths(name).pulumi, ".pulumi", "locks", "organization", PROJECT, name);
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder).filter((entry) => entry.endsWith(".json"))) {
    const { pid } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { pid: number };
    if (isPulumi(pid)) {
      throw new UserError(
        `another \`pulumi\` (pid ${pid}) works on the stack "${name}": wait until it ends, or end it`,
      );
    }
    progress.note(`Removing the lock of a \`pulumi\` (pid ${pid}) that no longer runs.`);
    rmSync(join(folder, file));
    rmSync(join(folder, `${file}.attrs`), { force: true });
  }
}

/** A zombie does not work on anything. */
function isPulumi(pid: number): boolean {
  return programOf(pid) === "pulumi" && isAlive(pid);
}

/**
 * Writes the state file. This process has the command lock and no `pulumi` has the stack's, so no other process
 * writes it.
 */
function clearPending(name: string): void {
  const file = stateFile(name);
  const content = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint: { latest: { pending_operations?: unknown } };
  };
  delete content.checkpoint.latest.pending_operations;
  writeFileSync(file, JSON.stringify(content, null, 4), { mode: 0o600 });
}
