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
 * Runs an update and remembers, over any end of this process, until it has succeeded. While it has not, Pulumi's state
 * may say more than is true: a server whose creation was cut keeps the network in the state that it never got, and only
 * a refresh finds out.
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
 * Removes a Pulumi state whose local cloud is no more: nothing in it exists, and an update would wait for its machines.
 * A `pulumi` that outlives the removal of its cloud writes one. To be called before the cloud starts.
 */
export function forgetStateOfEarlierCloud(name: string, progress: Progress): void {
  const { pulumi } = localPaths(name);
  if (hasIdentity(name) || !existsSync(pulumi)) return;
  progress.note(`Removing the Pulumi state of an earlier local cloud "${name}", which no longer exists.`);
  rmSync(pulumi, { recursive: true });
}

/**
 * Puts right what a `pulumi` that was killed leaves behind on the local cloud, where everything is known: its lock, and
 * notes of operations that it had begun. Real stacks are never treated like this: there a person decides.
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

/**
 * Locks of processes that are no more.
 *
 * @throws when a living `pulumi` works on the stack
 */
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

/** A zombie, which waits for its parent to take note of its end, works on nothing. */
function isPulumi(pid: number): boolean {
  return programOf(pid) === "pulumi" && isAlive(pid);
}

/** Nobody else writes this file now: the command lock is ours and no `pulumi` holds the stack's. */
function clearPending(name: string): void {
  const file = stateFile(name);
  const content = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint: { latest: { pending_operations?: unknown } };
  };
  delete content.checkpoint.latest.pending_operations;
  writeFileSync(file, JSON.stringify(content, null, 4), { mode: 0o600 });
}
