import { resourceChanges } from "../../../cli/previewComment/resources";
import { gate, refusal } from "../../../cli/up/gate";
import { digest, step, types } from "../previewComment/digests";

const changes = resourceChanges(
  digest(
    step("replace", types.floatingIp, "visitors", { protect: true, differs: ["homeLocation"] }),
    step("delete", types.volume, "data", { protect: true }),
    step("delete", types.server, "app-2", { protect: false }),
    step("update", types.server, "app-1", { protect: true, differs: ["labels"] }),
  ),
);

test("what is protected and would go stops the update, all of it at once", () => {
  const result = gate(changes, []);
  expect(result.problems).toEqual([
    "the floating IP visitors is protected and would be replaced, because homeLocation changes",
    "the volume data is protected and would be deleted",
  ]);
  expect(refusal("prod", changes, result)).toContain("npx holdfast up --stack prod --allow visitors --allow data");
});

test("naming one of two is not enough, naming both is", () => {
  expect(gate(changes, ["data"])).toMatchObject({
    problems: [expect.stringContaining("visitors")],
    allowed: [{ name: "data" }],
  });
  expect(gate(changes, ["visitors", "data"])).toMatchObject({
    problems: [],
    allowed: [{ name: "visitors" }, { name: "data" }],
    idle: [],
  });
});

test("a name that stands for nothing is told: it may be a slip", () => {
  expect(gate(changes, ["visitor", "app-1"]).idle).toEqual(["visitor", "app-1"]);
});
