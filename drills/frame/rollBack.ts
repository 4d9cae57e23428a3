import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT, settingsFile } from "../../stack/checkout";
import { run } from "../../lib/run";
import { changedSettings } from "./pulumiUp";
import type { UpOptions, UpResult } from "./stack";

/** Seconds. */
const limit = 600;

/**
 * `npx holdfast rollback` of a local stack, as people call it, in a checkout of its own: the command writes into the
 * stack's settings file, and that one is nobody's but its owner's.
 *
 * @param settings what the stack was brought to before, as `up` got it
 */
export async function rollBack(stack: string, settings: UpOptions["settings"] = {}): Promise<UpResult> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-checkout-"));
  try {
    copyCheckout(folder);
    writeFileSync(join(folder, settingsFile(stack).name), changedSettings(stack, settings));
    const begun = performance.now();
    const { code, stdout, stderr } = await run(process.execPath, ["bin/holdfast", "rollback", "--stack", stack], {
      cwd: folder,
      env: { HOLDFAST_LOCAL: stack },
      timeout: limit,
    });
    return { code, output: stdout + stderr, duration: (performance.now() - begun) / 1000, killed: false };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything but the packages, which are linked, and what only git and the owner need. */
function copyCheckout(to: string): void {
  const left = new Set([".git", "node_modules", "releases"]);
  for (const name of readdirSync(CHECKOUT).filter((entry) => !left.has(entry)))
    cpSync(join(CHECKOUT, name), join(to, name), { recursive: true });
  symlinkSync(join(CHECKOUT, "node_modules"), join(to, "node_modules"));
}
