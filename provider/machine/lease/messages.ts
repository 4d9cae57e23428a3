import type { LeaseRecord } from "./ask";

/** While another run has the lease. */
export function leaseWaitedFor({ owner, since, reason }: LeaseRecord, waited: number, limit: number): string {
  const time = `${waited.toFixed(0)} of ${limit.toFixed(0)} s`;
  return `waiting for the stack's lease: ${owner} has it since ${since} (${reason}), ${time}`;
}

/** When the time for waiting is over. */
export function leaseTaken(held: LeaseRecord, limit: number): Error {
  return new Error(
    [
      `${held.owner} has the stack's lease since ${held.since} (${held.reason}), and still had it after ${limit.toFixed(0)} s.`,
      "Nothing was changed. It ends when that run ends, or 90 s after it was killed. HOLDFAST_LEASE_TIMEOUT=SECONDS waits",
      "longer. If you know that the run hangs, run `sudo holdfast lease break` on the machine that keeps the lease.",
    ].join("\n"),
  );
}

/** When this run has lost the lease. */
export function leaseLost(now: LeaseRecord | null): Error {
  const why = now?.held
    ? `${now.owner} has it since ${now.since} (${now.reason})`
    : now?.ended === "broken"
      ? `somebody broke it at ${now.expires}`
      : "the machine that keeps it no longer has it";
  return new Error(`This run has lost the stack's lease: ${why}. It changes nothing more; run it again.`);
}

/**
 * When the machine that keeps the lease is not reached: nothing may be changed without it.
 *
 * @param mayBeGone whether nothing answers there: going without the lease is no advice for a key that is refused
 */
export function leaseUnreachable(host: string, reason: string, mayBeGone: boolean): Error {
  return new Error(
    [
      `The stack's lease is kept on ${host} and cannot be taken: ${reason}`,
      mayBeGone
        ? "If that machine no longer exists, and you know that nobody else changes the stack now, set HOLDFAST_LEASE=none."
        : "Nothing was changed.",
    ].join("\n"),
  );
}
