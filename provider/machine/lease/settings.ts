import { type Environment, readSeconds, readVariable } from "../../../lib/environmentVariables";

/** Seconds to wait for somebody else's lease: a roll-out takes minutes. @throws when the variable is no number of seconds */
export function leaseWait(environment?: Environment): number {
  return readSeconds("HOLDFAST_LEASE_TIMEOUT", { zero: true }, environment);
}

/**
 * HOLDFAST_LEASE=none: for the day on which the machine that keeps the lease is gone and others have to be changed.
 *
 * @throws when the variable says anything else
 */
export function goesWithoutLease(environment?: Environment): boolean {
  const text = readVariable("HOLDFAST_LEASE", environment);
  if (text === undefined) return false;
  if (text === "none") return true;
  throw new Error(`HOLDFAST_LEASE=${text} is not known; unset it, or write HOLDFAST_LEASE=none.`);
}
