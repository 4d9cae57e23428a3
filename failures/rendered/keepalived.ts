import { readTime, roundTime } from "./time";

/** Times of one member of a pair, in seconds. */
export interface VrrpFacts {
  readonly advertInterval: number;
  /** Its part of an interval that it waits longer than three, less the higher its priority is (RFC 9568 §6.1). */
  readonly skew: number;
}

/** Missing advertisements after which a peer is given up (RFC 9568 §6.1). */
export const missedAdverts = 3;

/**
 * Reads it out of the keepalived.conf that the machine gets.
 *
 * @throws when it does not say so
 */
export function readKeepalived(conf: string): VrrpFacts {
  const value = (name: string) => {
    const found = new RegExp(`^\\s*${name}\\s+(\\S+)`, "m").exec(conf)?.[1];
    if (found === undefined) throw new Error(`keepalived.conf has no ${name}, which the failure report computes with`);
    return found;
  };
  const advertInterval = readTime(value("advert_int"), "s");
  return { advertInterval, skew: roundTime((advertInterval * (256 - Number(value("priority")))) / 256) };
}
