import type { JudgedClaim } from "../../../drills/frame/result";

/**
 * What the clock says on a computer that tests share with others. `ignored`: where something else runs beside it, times,
 * rates and ratios are worth nothing. `generous`: they may be so many times worse than claimed.
 */
export type Clock = "ignored" | "generous";
const GENEROUS = 3;

/** Of which there is more on a computer that has other things to do. */
const more = /^(s|ratio)$/;
/** Of which there is less: who floods or writes has to get at a processor as well. */
const less = /^(ratio|rows\/s|connections)$/;

/** Seconds that visitors may be without an answer at most, where less is claimed: what a failover is for. */
const LONGEST_GAP = 1.5;

/** Why a claim about many runs does not hold for a single one, whose median is the run itself; nothing when it does. */
export function brokenHere(claim: JudgedClaim, clock: Clock): string[] {
  const { metric, text, unit, median = Infinity, worst = Infinity, least = -Infinity, measured } = claim;
  if (measured === undefined) return [`${text}: not measured`];
  if (clock === "ignored" && (more.test(unit) || less.test(unit))) return [];
  const claimed = Math.min(median, worst);
  const most = Math.min(
    (more.test(unit) ? GENEROUS : 1) * claimed,
    metric === "longestGap" ? Math.max(worst, LONGEST_GAP) : Infinity,
  );
  const fewest = least / (less.test(unit) ? GENEROUS : 1);
  // One run: its worst figure is the only one.
  if (measured.worst <= most && measured.worst >= fewest) return [];
  const limits = [
    ...(measured.worst > most ? [`at most ${claimed}, the limit here is ${most}`] : []),
    ...(measured.worst < fewest ? [`at least ${least}, the limit here is ${fewest}`] : []),
  ];
  return [`${text}: ${measured.worst} ${unit}; claimed is ${limits.join(" and ")}`];
}
