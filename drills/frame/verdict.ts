import type { Claim, Measurements } from "./drill";

/** A claim and what became of it. */
export interface JudgedClaim extends Claim {
  /** Absent when no run measured it. */
  readonly measured?: { readonly median: number; readonly worst: number; readonly n: number };
  readonly met: boolean;
}

/** Compares a claim with the runs. What was not measured in every run is not met, whatever the rest says. */
export function judge(claim: Claim, runs: readonly Measurements[]): JudgedClaim {
  const values = runs.map((run) => run[claim.metric]).filter((value) => value !== undefined);
  if (values.length === 0) return { ...claim, met: false };
  const worst = claim.least === undefined ? Math.max(...values) : Math.min(...values);
  const measured = { median: median(values), worst, n: values.length };
  return {
    ...claim,
    measured,
    met:
      values.length === runs.length &&
      Math.min(...values) >= (claim.least ?? -Infinity) &&
      measured.median <= (claim.median ?? Infinity) &&
      Math.max(...values) <= (claim.worst ?? Infinity),
  };
}

/** The middle value; of two middle ones, the larger: a median that flatters nobody. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
