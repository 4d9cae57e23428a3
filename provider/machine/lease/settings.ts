/** Seconds to wait for somebody else's lease, unless HOLDFAST_LEASE_TIMEOUT says something else: a roll-out takes minutes. */
export const defaultWait = 600;

/** @throws when the variable is set and is no number of seconds */
export function leaseWait(environment: NodeJS.ProcessEnv = process.env): number {
  const text = environment.HOLDFAST_LEASE_TIMEOUT;
  if (!text) return defaultWait;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new Error(
    `HOLDFAST_LEASE_TIMEOUT=${text} is not a number of seconds; write for instance HOLDFAST_LEASE_TIMEOUT=60.`,
  );
}

/**
 * HOLDFAST_LEASE=none: for the day on which the machine that keeps the lease is gone and others have to be changed.
 *
 * @throws when the variable says anything else
 */
export function goesWithoutLease(environment: NodeJS.ProcessEnv = process.env): boolean {
  const text = environment.HOLDFAST_LEASE;
  if (!text) return false;
  if (text === "none") return true;
  throw new Error(`HOLDFAST_LEASE=${text} is not known; unset it, or write HOLDFAST_LEASE=none.`);
}
