import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Journal } from "../../../drills/frame/journal";
import type { Clone } from "../stack/clone";

/** Units of which there is less where others use the computer too. */
const ofTheComputer = /^(s|ratio|rows\/s|connections)$/;

/**
 * Runs each drill once and holds what was counted against what is claimed. Times, rates and ratios are worth nothing on a
 * computer that has other things to do; counts hold everywhere.
 *
 * @param limit seconds for all of them
 * @throws when a drill did not get to its end
 */
export async function expectCountsToHold(clone: Clone, names: readonly string[], limit: number): Promise<void> {
  const { stdout, stderr } = await clone.holdfast(["drill", ...names, "--n", "1"], { timeout: limit });
  for (const name of names) {
    const file = join(clone.folder, "drills/results", `${name}.json`);
    const { claims, n, status } = JSON.parse(readFileSync(file, "utf8")) as Journal;
    if (n !== 1 || status === "aborted" || status === "not proven") throw new Error(`${stdout}\n${stderr}`);
    for (const { text, unit, worst = Infinity, least = -Infinity, measured } of claims)
      if (!ofTheComputer.test(unit)) {
        const value = measured?.worst ?? NaN;
        expect({ name, text, value, met: value <= worst && value >= least }).toEqual({ name, text, value, met: true });
      }
  }
}
