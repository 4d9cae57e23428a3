import { resourceChanges } from "../../../stack/preview/resources";
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

describe("a name that several resources have", () => {
  const types = ["StorageBox", "KeyPair"].map((kind) => `hcloud:index/x:${kind}`);
  const backup = resourceChanges(digest(...types.map((type) => step("delete", type, "backup", { protect: true }))));

  test("names none of them, and the refusal says what to write", () => {
    const result = gate(backup, ["backup"]);
    expect(result.allowed).toEqual([]);
    expect(result.idle).toEqual([]);
    expect(result.problems).toEqual([
      "the backup storage backup is protected and would be deleted",
      "the key pair backup is protected and would be deleted",
      "--allow backup could mean StorageBox:backup or KeyPair:backup: write which one you mean",
    ]);
    expect(refusal("prod", backup, result)).toContain("--allow StorageBox:backup --allow KeyPair:backup");
  });

  test("with its kind it names one", () => {
    expect(gate(backup, ["KeyPair:backup"])).toMatchObject({
      allowed: [{ kind: "KeyPair" }],
      problems: ["the backup storage backup is protected and would be deleted"],
      idle: [],
    });
    expect(gate(backup, ["KeyPair:backup", "StorageBox:backup"]).problems).toEqual([]);
  });

  test("the kind may stand there where the name would do", () => {
    expect(gate(changes, ["Volume:data", "FloatingIp:visitors"]).problems).toEqual([]);
    expect(gate(changes, ["Server:data"]).idle).toEqual(["Server:data"]);
  });
});
