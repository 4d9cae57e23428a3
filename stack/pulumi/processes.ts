import { tryRead } from "../../lib/files";
import type { Progress } from "../../lib/progress";
import { allPids, environmentOf, killAndWait, programOf, withDescendants } from "../../local/machines/processes";
import { localPaths } from "../../local/paths";

/** Process ids of every `pulumi` that works on a stack of this local cloud. */
export function pulumisOf(name: string): number[] {
  const backend = `PULUMI_BACKEND_URL=file://${localPaths(name).pulumi}`;
  return allPids().filter((pid) => programOf(pid) === "pulumi" && environmentOf(pid).includes(backend));
}

/**
 * Ends every `pulumi` of a local cloud that is being removed. Otherwise it would wait for machines that are gone, and
 * finally write a state that has them.
 */
export async function endPulumis(name: string, progress: Progress): Promise<void> {
  for (const pid of pulumisOf(name)) {
    progress.note(`Ending a \`pulumi\` (pid ${pid}) that still works in the local cloud "${name}".`);
    await killAndWait(withDescendants(pid));
  }
}

/** Programs that `pulumi` starts: the language host, which runs our program, and plugins. */
const helpers = ["pulumi-language", "pulumi-resource", "node"];

/**
 * Ends programs of this local cloud whose `pulumi` was killed. Such a program does not end by itself: it calls the
 * engine again and again, with more and more memory.
 */
export async function endOrphanedPrograms(name: string): Promise<void> {
  const orphans = allPids().filter((pid) => isOrphan(pid, name));
  await killAndWait(orphans.flatMap(withDescendants));
}

/** Started for this local cloud's stack by a `pulumi`, and adopted by init since. */
function isOrphan(pid: number, name: string): boolean {
  if (!helpers.some((program) => programOf(pid).startsWith(program)) || !isAdopted(pid)) return false;
  return environmentOf(pid).includes(`HOLDFAST_LOCAL=${name}`) && isPulumis(read(`/proc/${pid}/cmdline`));
}

/** By init or, in a desktop's session, by that session's own systemd. */
function isAdopted(pid: number): boolean {
  const parent = parentOf(pid);
  return parent === 1 || programOf(parent) === "systemd";
}

function isPulumis(command: string): boolean {
  return /pulumi-language-nodejs|pulumi-resource-|@pulumi\/pulumi\/cmd\/run/.test(command);
}

function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Empty when the process has ended meanwhile. */
function read(path: string): string {
  return tryRead(path) ?? "";
}
