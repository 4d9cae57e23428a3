import type { Restart } from "../../roles/restart";

/** What a person has to do about a process that systemd starts again. */
export function unlessGivenUp({ limit }: Restart): string {
  return limit
    ? `Nothing, unless it dies ${limit.starts} times within ${limit.within} s: then systemd gives up`
    : "Nothing";
}
