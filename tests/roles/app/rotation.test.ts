import { join } from "node:path";
import { which } from "../../../lib/run";
import { describeWhere } from "../../support/needs";
import { pythonTests } from "../../support/python";

// One after the other: HAProxy's checks and the agent's answers have their time limits.
describeWhere(which("haproxy") !== undefined)("rotation, with HAProxy in front of instances", () => {
  test.each(pythonTests(join(__dirname, "agent"), "test_rotation", "RotationTest"))(
    "$name",
    async ({ run }) => {
      expect(await run()).toMatch(/^OK$/m);
    },
    120_000,
  );
});
