import { spawnSync } from "node:child_process";

test("the programs' own tests pass", () => {
  const run = spawnSync("python3", ["-m", "unittest", "discover", "--start-directory", __dirname], {
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(`${run.stdout}${run.stderr}`).toMatch(/Ran \d+ tests[^]*OK/);
  expect(run.status).toBe(0);
}, 60_000);
