import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Run } from "../../lib/run";
import { isAtLeast, PULUMI_VERSION } from "../versions";
import { versionOf, type Pulumi } from "./source";

/**
 * Lets `fill` put a toolchain into a folder beside the target and moves it there in one step, so that an interrupted
 * download or build never looks like a finished one. The result has to run before it gets its place.
 */
export async function installAtomically(
  target: string,
  run: Run,
  fill: (folder: string) => Promise<{ readonly missing: string } | undefined>,
): Promise<Pulumi | { readonly missing: string }> {
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(join(dirname(target), ".unfinished-"));
  try {
    const failed = await fill(folder);
    if (failed) return failed;
    const version = await versionOf(folder, run);
    if (!version || !isAtLeast(version, PULUMI_VERSION)) {
      return { missing: `what came does not run as Pulumi ${PULUMI_VERSION} (it says ${version ?? "nothing"})` };
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
    return { folder: target, version };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
