import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DrillResult } from "../../../drills/frame/result";
import type { Clone } from "../../../drills/frame/clone";
import { brokenHere, type Clock } from "./held";

/**
 * Runs each drill once and holds what was measured against what is claimed. Evidence comes from `npx holdfast drill` on a
 * quiet computer.
 *
 * @param limit seconds for all of them
 * @throws with what was measured, when a claim does not hold; with what the drills said, when one did not get to its end
 */
export async function expectClaimsToHold(
  clone: Clone,
  names: readonly string[],
  { limit, clock }: { readonly limit: number; readonly clock: Clock },
): Promise<void> {
  const { stdout, stderr } = await clone.holdfast(["drill", ...names, "--n", "1"], { timeout: limit });
  const broken: string[] = [];
  for (const name of names) {
    const file = join(clone.folder, "drills/results", `${name}.json`);
    const { claims, n, status } = JSON.parse(readFileSync(file, "utf8")) as DrillResult;
    if (n !== 1 || status === "aborted" || status === "not proven") throw new Error(`${stdout}\n${stderr}`);
    broken.push(...claims.flatMap((claim) => brokenHere(claim, clock)).map((reason) => `${name}: ${reason}`));
  }
  if (broken.length > 0) throw new Error(broken.join("\n"));
}
