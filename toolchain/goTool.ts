import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { cacheDir } from "./cacheDir";
import { silent, type Progress } from "../lib/progress";
import { goCommand } from "./pulumiSources/goModules";
import { lastLines, type Run, run as runProgram } from "../lib/run";

/** A program that is built from Go modules, pinned by a go.mod of its own under toolchain/. */
export interface GoTool {
  /** Of the folder under toolchain/, e.g. `s3-server`. */
  readonly folder: string;
  /** e.g. `github.com/versity/versitygw/cmd/versitygw`; its last part is the program's name. */
  readonly package: string;
  /** The same as in its go.mod. */
  readonly version: string;
  /** What for, e.g. `to test a store in a bucket`. */
  readonly purpose: string;
  /** Seconds for the build. */
  readonly limit: number;
}

/** Where the program is once it is built. */
function targetOf({ package: path, version }: GoTool, cache: string): string {
  const program = basename(path);
  return join(cache, "toolchain", `${program}-${version}`, program);
}

/** Path of the program where it has been built; nothing is built. */
export function builtGoTool(tool: GoTool): string | undefined {
  const target = targetOf(tool, cacheDir());
  return existsSync(target) ? target : undefined;
}

/** Builds the program once and keeps it. Returns its path, or a short reason why it is missing. */
export async function obtainGoTool(
  tool: GoTool,
  options: { progress?: Progress; run?: Run; cache?: string; go?: string } = {},
): Promise<string | { readonly missing: string }> {
  const { progress = silent, run = runProgram, cache = cacheDir(), go = goCommand() } = options;
  const program = basename(tool.package);
  const target = targetOf(tool, cache);
  if (existsSync(target)) return target;
  if (!go) return { missing: "no Go on this computer (https://go.dev/dl/, 1.25 or newer)" };
  mkdirSync(dirname(dirname(target)), { recursive: true });
  // Beside its place, so that a cut build never looks like a finished one.
  const folder = mkdtempSync(join(dirname(dirname(target)), ".unfinished-"));
  try {
    const args = ["build", "-trimpath", "-ldflags", "-s -w", "-o", join(folder, program), tool.package];
    const built = await progress.step(
      { title: `Building ${program} ${tool.version}`, why: `once, ${tool.purpose}`, limit: tool.limit },
      () =>
        run(go, args, {
          cwd: resolve(__dirname, tool.folder),
          env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" },
          timeout: tool.limit,
        }),
    );
    if (built.code !== 0) return { missing: `it does not build: ${lastLines(built, 3)}` };
    rmSync(dirname(target), { recursive: true, force: true });
    renameSync(folder, dirname(target));
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
