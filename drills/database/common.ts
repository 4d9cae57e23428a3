import type { Claim, Drill } from "../frame/drill";
import { needsDatabase } from "./writing";

/**
 * What drills of the database have in common: visitors read until the fault is over, while others write.
 *
 * @param abortAfter seconds; the load may take almost as long
 */
export function databaseDrill(abortAfter: number) {
  const load = { rate: 20, duration: abortAfter - 10, timeout: 10 };
  return { cannot: needsDatabase, load, loadUntilOver: true, abortAfter } as const satisfies Partial<Drill>;
}

/** What every drill with writers claims of its load: that it was as high as it says. */
export const reallyWritten: readonly Claim[] = [
  { metric: "sentPerSecond", text: "lines sent, over the whole run", unit: "rows/s", least: 98 },
  { metric: "acknowledgedPerSecond", text: "lines acknowledged, before the fault", unit: "rows/s", least: 95 },
];

/** What every drill with writers claims: no acknowledged line is lost, and no unknown line appears. */
export const nothingLost: readonly Claim[] = [
  { metric: "lost", text: "acknowledged lines that are lost", unit: "rows", worst: 0 },
  { metric: "unexpected", text: "lines that nobody wrote", unit: "rows", worst: 0 },
  ...reallyWritten,
];

/** @param worst seconds */
export function awayAtMost(worst: number): Claim {
  return { metric: "away", text: "longest time without an acknowledged line", unit: "s", worst };
}

/** For faults that no writer may notice. */
export const allAcknowledged: Claim = {
  metric: "notAcknowledged",
  text: "lines that were not acknowledged",
  unit: "rows",
  worst: 0,
};
