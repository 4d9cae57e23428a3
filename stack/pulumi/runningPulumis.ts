import { allPids, environmentOf, killAndWait, programOf, withDescendants } from "../../local/machines/processes";
import { localPaths } from "../../local/paths";
import type { Progress } from "../../lib/progress";

/** Every `pulumi` that is at work on a stack of this local cloud, whoever started it: its process ids. */
export function pulumisOf(name: string): number[] {
  const backend = `PULUMI_BACKEND_URL=file://${localPaths(name).pulumi}`;
  return allPids().filter((pid) => programOf(pid) === "pulumi" && environmentOf(pid).includes(backend));
}

/**
 * Ends every `pulumi` of a local cloud that is about to go. One that outlives its cloud (because what started it was
 * killed) waits for machines that are no more, and at its end writes a state in which they exist.
 */
export async function endPulumis(name: string, progress: Progress): Promise<void> {
  for (const pid of pulumisOf(name)) {
    progress.note(`Ending a \`pulumi\` (pid ${pid}) that still works in the local cloud "${name}".`);
    await killAndWait(withDescendants(pid));
  }
}
