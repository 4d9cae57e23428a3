import type { Report } from "../report";
import type { Rung } from "../rungs";

/** The report as JSON: the same data that all other renderings show. Money in cents, times in seconds. */
export function renderJson(report: Report, rungs: readonly Rung[]): string {
  return `${JSON.stringify({ ...report, rungs }, undefined, 2)}\n`;
}
