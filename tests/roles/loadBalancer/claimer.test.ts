import { runPython } from "./python";

// Each case waits for real time to pass (pauses, outages), so they run side by side.
const runs = [
  "test_orders",
  "test_fitness",
  "test_claimer.InAPair",
  "test_claimer.HasItAlready",
  "test_claimer.Outages",
  "test_claimer.Fit",
  "test_claimer.Alone",
].map((name) => ({ name, run: runPython("claimer", name) }));
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
