import { execFile } from "node:child_process";
import { join } from "node:path";

const folder = join(__dirname, "claimer");

/** Runs one part of the Python tests; its output is the error message when it fails. */
function runPython(testCase: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("python3", ["-m", "unittest", testCase], { cwd: folder }, (error, _stdout, stderr) => {
      if (error) reject(new Error(stderr));
      else resolve(stderr);
    });
  });
}

// Each case waits for real time to pass (pauses, outages), so they run side by side.
const runs = [
  "test_orders",
  "test_claimer.InAPair",
  "test_claimer.HasItAlready",
  "test_claimer.Outages",
  "test_claimer.Fit",
  "test_claimer.Alone",
].map((name) => ({ name, run: runPython(name) }));
for (const { run } of runs) run.catch(() => undefined);

describe("the claimer, as a process against an API that misbehaves", () => {
  test.each(runs)(
    "$name",
    async ({ run }) => {
      expect(await run).toMatch(/^OK$/m);
    },
    180_000,
  );
});
