import type { Report } from "../report";
import type { StepUp } from "../stepsUp";

/** The report as JSON: the same data that all other renderings show. Money in cents, times in seconds. */
export function renderJson(report: Report, stepsUp: readonly StepUp[]): string {
  return `${JSON.stringify({ ...report, stepsUp }, undefined, 2)}\n`;
}
