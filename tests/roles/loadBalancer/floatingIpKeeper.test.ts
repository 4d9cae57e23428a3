import { join } from "node:path";
import { runPython } from "../../support/python";

// Each case waits for real time to pass (pauses, outages), so they run side by side.
const runs = [
  "test_orders",
  "test_fitness",
  "test_keeper.InAPair",
  "test_keeper.HasItAlready",
  "test_keeper.Outages",
  "test_keeper.Fit",
  "test_keeper.Alone",
].map((name) => ({ name, run: runPython(join(__dirname, "floatingIpKeeper"), name) }));
for (const { run } of runs) run.catch(() => undefined);

describe("the floating IP keeper, as a process against an API that misbehaves", () => {
  test.each(runs)(
    "$name",
    async ({ run }) => {
      expect(await run).toMatch(/^OK$/m);
    },
    180_000,
  );
});
