import { join } from "node:path";
import { runPython } from "../../support/python";

test("holdfast-failover, as a process between two keepers", async () => {
  expect(await runPython(join(__dirname, "handOver"), "test_hand_over")).toMatch(/^OK$/m);
}, 120_000);
