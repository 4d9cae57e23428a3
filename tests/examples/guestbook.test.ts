import { spawnSync } from "node:child_process";
import { join } from "node:path";

// The app is Python, and so are its tests; this runs them with the others and shows what they said.
test("the guestbook's own tests pass", () => {
  const run = spawnSync("python3", ["-m", "unittest", "discover", "--start-directory", join(__dirname, "guestbook")], {
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(`${run.stdout}${run.stderr}`).toMatch(/Ran \d+ tests[^]*OK/);
  expect(run.status).toBe(0);
}, 60_000);
