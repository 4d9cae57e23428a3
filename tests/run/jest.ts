import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../../stack/checkout";
import { runInForeground } from "../../lib/terminal/foreground";
import { type JestReport, NOTHING, type Outcome, outcomeOfJest } from "./outcome";

interface Limits {
  /** Seconds after which a project is given up: what hangs must not look like what takes long. */
  readonly seconds: number;
  /** Test files that run at a time; without it, what Jest's configuration says. */
  readonly workers?: number;
}

const PROJECTS = {
  fast: { seconds: 1200 },
  // Visitors are counted in it: nothing beside it.
  "whole-stack": { seconds: 900, workers: 1 },
  // They wait for machines most of the time, and look at no clock.
  rehearsal: { seconds: 2700, workers: 2 },
  // What visitors notice is measured: nothing beside it.
  "under-load": { seconds: 2100, workers: 1 },
} as const satisfies Record<string, Limits>;

/** Runs one of Jest's projects. Jest ending without a report (a crash, the limit) counts as a failure. */
export async function jest(project: keyof typeof PROJECTS, env: NodeJS.ProcessEnv): Promise<Outcome> {
  console.log(`\n== ${project} tests`);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-jest-"));
  const report = join(folder, "report.json");
  const { seconds, workers }: Limits = PROJECTS[project];
  const args = ["--selectProjects", project, "--json", `--outputFile=${report}`, "--silent=false"];
  try {
    const code = await runInForeground(
      "npx",
      ["--no-install", "jest", ...args, ...(workers === undefined ? [] : [`--maxWorkers=${workers}`])],
      { cwd: CHECKOUT, env, timeout: seconds },
    );
    if (!existsSync(report)) return { ...NOTHING, failed: 1 };
    const outcome = outcomeOfJest(JSON.parse(readFileSync(report, "utf8")) as JestReport);
    // Jest also fails for reasons that are no test's: a wrong configuration, an obsolete snapshot in CI.
    return code !== 0 && outcome.failed === 0 ? { ...outcome, failed: 1 } : outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
