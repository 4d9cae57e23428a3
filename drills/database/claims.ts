import type { Claim } from "../frame/drill";

/** What every drill with writers claims: nothing that was acknowledged is lost, and nothing appears from nowhere. */
export const nothingLost: readonly Claim[] = [
  { metric: "lost", text: "acknowledged lines lost", unit: "rows", worst: 0 },
  { metric: "unexpected", text: "lines that nobody wrote", unit: "rows", worst: 0 },
];

/** @param worst seconds */
export function awayAtMost(worst: number): Claim {
  return { metric: "away", text: "longest time without an acknowledged line", unit: "s", worst };
}
