import type { Claim } from "./drill";

/** For loads of GETs alone. */
export const noGetFails: Claim = { metric: "failed", text: "GETs that failed", unit: "requests", worst: 0 };

/** For loads with POSTs. */
export const noRequestFails: Claim = {
  metric: "failed",
  text: "GETs and POSTs that failed",
  unit: "requests",
  worst: 0,
};

/** @param limits in seconds; none: the gap is measured, and nothing is claimed of it */
export function longestGap(limits: Pick<Claim, "median" | "worst">): Claim {
  return { metric: "longestGap", text: "longest time without an answer", unit: "s", ...limits };
}
