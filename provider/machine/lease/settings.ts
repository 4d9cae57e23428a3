import { type Environment, readSeconds, readVariable } from "../../../lib/environmentVariables";

/** Seconds to wait for the lease: a roll-out takes minutes. @throws when the variable is no number of seconds */
export function leaseWait(environment?: Environment): number {
  return readSeconds("HOLDFAST_LEASE_TIMEOUT", { zero: true }, environment);
}

/**
 * Whether HOLDFAST_LEASE=none: machines are changed without a lease because the machine that keeps it is gone.
 *
 * @throws when the variable has another value
 */
export function goesWithoutLease(environment?: Environment): boolean {
  const text = readVariable("HOLDFAST_LEASE", environment);
  if (text === undefined) return false;
  if (text === "none") return true;
  throw new Error(`HOLDFAST_LEASE=${text} is not known; unset it, or write HOLDFAST_LEASE=none.`);
}
