import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drills } from "../../../../drills";
import type { Claim } from "../../../../drills/frame/drill";
import type { Journal } from "../../../../drills/frame/journal";
import type { Clone } from "../../stack/clone";

// Each fault once, on a stack with a pair of load balancers. Evidence comes from `npx holdfast drill` on a quiet computer.

/** A computer that tests has other things to do too: times and ratios may be so many times what is claimed, counts not. */
const GENEROUS = 3;

/** Seconds that visitors may be without an answer at most, where less is claimed: what a failover is for. */
const LONGEST_GAP = 1.5;

/** What one run may bring here, where so much is claimed of many; for one run, its median is the run itself. */
function limitOf({ metric, unit, median = Infinity, worst = Infinity }: Claim): number {
  const claimed = Math.min(median, worst);
  if (unit !== "s" && unit !== "ratio") return claimed;
  const generous = GENEROUS * claimed;
  return metric === "longestGap" ? Math.min(generous, Math.max(worst, LONGEST_GAP)) : generous;
}

/**
 * They take their time, and the same ground is covered elsewhere: operating, database and backups.test.ts; what the API may
 * say meanwhile, by the tests of the claimer.
 */
const long =
  /^(release-|migration-fails|database-moves|storage-|damaged-|dropped-|restore-|lose-database|volume-full|kill-pool|api-outage-|failover-api-(unavailable|rate-limit))/;

/** Tests on a running stack with two load balancers. */
export function drillsOfThePair(clone: Clone): void {
  test.each(drills.filter(({ name }) => !long.test(name)).map(({ name, title }) => [title, name]))(
    "%s",
    async (_, name) => {
      const { stdout, stderr } = await clone.holdfast(["drill", name, "--n", "1"]);
      const file = join(clone.folder, "drills/results", `${name}.json`);
      const { claims, n } = JSON.parse(readFileSync(file, "utf8")) as Journal;
      // An aborted drill has no runs; what it said is the reason.
      if (n === 0) throw new Error(`${stdout}\n${stderr}`);
      for (const claim of claims) {
        const { text, unit, worst, median, least = -Infinity, measured } = claim;
        if (measured === undefined) throw new Error(`${text}: not measured`);
        const limit = limitOf(claim);
        if (measured.worst > limit)
          throw new Error(`${text}: ${measured.worst} ${unit}; claimed is ${worst ?? median}, the limit here ${limit}`);
        // Who floods or writes has to get at a processor as well.
        if (measured.worst < least / (/^(connections|ratio|rows\/s)$/.test(unit) ? GENEROUS : 1))
          throw new Error(`${text}: ${measured.worst} ${unit}; claimed is at least ${least}`);
      }
    },
    // The longest, ten updates under load, takes two minutes on a quiet computer.
    480_000,
  );
}
