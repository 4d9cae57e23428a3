import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { cacheDir } from "../local/paths";
import { silent, type Progress } from "./progress";
import { goCommand } from "./pulumiSources/goModules";
import { lastLines, type Run, run as runProgram } from "./run";
import { ACTIONLINT_VERSION } from "./versions";

/** Seconds; it takes about half a minute on two cores. */
const LIMIT = 300;

/**
 * The program that judges GitHub's workflows, built once from the Go modules that toolchain/actionlint/go.mod pins. Its
 * path, or in a few words why there is none.
 */
export async function obtainActionlint(
  options: { progress?: Progress; run?: Run; cache?: string; go?: string } = {},
): Promise<string | { readonly missing: string }> {
  const { progress = silent, run = runProgram, cache = cacheDir(), go = goCommand() } = options;
  const target = join(cache, "toolchain", `actionlint-${ACTIONLINT_VERSION}`, "actionlint");
  if (existsSync(target)) return target;
  if (!go) return { missing: "no Go on this computer (https://go.dev/dl/, 1.25 or newer)" };
  mkdirSync(dirname(dirname(target)), { recursive: true });
  // Beside its place, so that a cut build never looks like a finished one.
  const folder = mkdtempSync(join(dirname(dirname(target)), ".unfinished-"));
  try {
    const built = await progress.step(
      { title: `Building actionlint ${ACTIONLINT_VERSION}`, why: "once, to check the workflows", limit: LIMIT },
      () =>
        run(
          go,
          ["build", "-trimpath", "-o", join(folder, "actionlint"), "github.com/rhysd/actionlint/cmd/actionlint"],
          {
            cwd: resolve(__dirname, "actionlint"),
            env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" },
            timeout: LIMIT,
          },
        ),
    );
    if (built.code !== 0) return { missing: `it does not build: ${lastLines(built, 3)}` };
    rmSync(dirname(target), { recursive: true, force: true });
    renameSync(folder, dirname(target));
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
