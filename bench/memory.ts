import { readdirSync, readFileSync } from "node:fs";

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

/** Any thread of a Go program may have started a process, and the kernel lists it under that thread. */
function withDescendants(pid: number): number[] {
  const threads = quietly(() => readdirSync(`/proc/${pid}/task`), []);
  const children = threads.flatMap((thread) =>
    quietly(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"), "").split(" "),
  );
  return [pid, ...children.filter(Boolean).map(Number).flatMap(withDescendants)];
}

/** KiB. */
function anonymousMemory(pid: number): number {
  const status = quietly(() => readFileSync(`/proc/${pid}/status`, "utf8"), "");
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

/** Processes end while they are looked at. */
function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
