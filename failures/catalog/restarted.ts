import type { RestartFacts } from "../rendered/systemd";

/** What a person has to do about a process that systemd starts again. */
export function unlessGivenUp({ limit }: RestartFacts): string {
  return limit
    ? `Nothing, unless it dies ${limit.starts} times within ${limit.within} s: then systemd gives up`
    : "Nothing";
}
