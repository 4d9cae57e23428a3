import { readFileSync } from "node:fs";
import { withDescendants } from "../local/machines/processes";

/** Milliseconds between two looks. */
const interval = 200;

/**
 * Watches what a process and all below it have in memory for themselves alone: neither programs nor files, which they
 * share. Each look is cheap and stops nobody.
 *
 * @returns ends the watch; the highest sum that was seen, in MiB
 */
export function watchMemory(pid: number): () => number {
  let highest = 0;
  const timer = setInterval(() => {
    highest = Math.max(
      highest,
      withDescendants(pid)
        .map(anonymousMemory)
        .reduce((sum, one) => sum + one, 0),
    );
  }, interval);
  return () => {
    clearInterval(timer);
    return highest / 1024;
  };
}

/** KiB; nothing for a process that has ended meanwhile. */
function anonymousMemory(pid: number): number {
  try {
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
