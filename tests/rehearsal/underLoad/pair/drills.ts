import { drills } from "../../../../drills";
import type { Clone } from "../../../../drills/frame/clone";
import { expectClaimsToHold } from "../../support/drilled";

/**
 * They take their time, and the same ground is covered elsewhere: wholeStack, database and backups.test.ts; what the API may
 * say meanwhile, by the tests of the floating IP keeper.
 */
const elsewhere =
  /^(release-|active-power-loss$|migration-fails|database-moves|storage-|damaged-|dropped-|restore-|lose-database|volume-full|kill-pool|api-outage-|failover-api-(unavailable|rate-limit))/;

/** Each fault once, on a running stack with two load balancers. */
export function drillsOfThePair(clone: Clone): void {
  test.each(drills.filter(({ name }) => !elsewhere.test(name)).map(({ name, title }) => [title, name]))(
    "%s",
    (_, name) => expectClaimsToHold(clone, [name], { limit: 450, clock: "generous" }),
    // The longest, ten updates under load, takes two minutes on a quiet computer.
    480_000,
  );
}
