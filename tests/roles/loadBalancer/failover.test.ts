import { runPython } from "./python";

test("holdfast-failover, as a process between two claimers", async () => {
  expect(await runPython("failover", "test_failover")).toMatch(/^OK$/m);
}, 120_000);
