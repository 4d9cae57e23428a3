/**
 * Seconds. A signal ends the wait for good: the promise then never settles, so that nothing that would follow happens,
 * and no timer keeps the process alive.
 */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
    });
  });
}

/**
 * Waits until something holds; returns how many seconds that took.
 *
 * @param holds true, or false, or what stands in the way
 * @throws when it does not hold within the limit, with what was seen last
 */
export async function until(
  what: string,
  limit: number,
  holds: () => Promise<boolean | string>,
  every = 0.1,
): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const seen = await holds().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    const elapsed = (performance.now() - begun) / 1000;
    if (seen === true) return elapsed;
    if (elapsed > limit) throw new Error(`${what}: not within ${limit} s${seen === false ? "" : `: ${seen}`}`);
    await pause(every);
  }
}
