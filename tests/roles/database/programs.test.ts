import { spawnSync } from "node:child_process";
import { join } from "node:path";

test.each([".", "backup", "pause"])(
  "the programs' own tests pass: %s",
  (folder) => {
    const start = join(__dirname, folder);
    const run = spawnSync("python3", ["-m", "unittest", "discover", "--start-directory", start], {
      encoding: "utf8",
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    expect(`${run.stdout}${run.stderr}`).toMatch(/Ran \d+ tests[^]*OK/);
    expect(run.status).toBe(0);
  },
  60_000,
);
