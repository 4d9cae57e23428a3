import type { Claim } from "../frame/drill";

/** What every drill with writers claims of them: they are as many as it says, also while the fault is there. */
export const reallyWritten: readonly Claim[] = [
  { metric: "sentPerSecond", text: "lines sent, over the whole run", unit: "rows/s", least: 98 },
  { metric: "acknowledgedPerSecond", text: "lines acknowledged, before the fault", unit: "rows/s", least: 95 },
];

/** What every drill with writers claims: nothing that was acknowledged is lost, and nothing appears from nowhere. */
export const nothingLost: readonly Claim[] = [
  { metric: "lost", text: "acknowledged lines that are lost", unit: "rows", worst: 0 },
  { metric: "unexpected", text: "lines that nobody wrote", unit: "rows", worst: 0 },
  ...reallyWritten,
];

/** @param worst seconds */
export function awayAtMost(worst: number): Claim {
  return { metric: "away", text: "longest time without an acknowledged line", unit: "s", worst };
}

/** For faults that nobody who writes may notice. */
export const allAcknowledged: Claim = {
  metric: "notAcknowledged",
  text: "lines that were not acknowledged",
  unit: "rows",
  worst: 0,
};
