import { consequences } from "../../../stack/preview/consequences";
import { protectedLosses, resourceChanges } from "../../../stack/preview/resources";
import { digest, step, types } from "../../cli/previewComment/digests";

const said = (...steps: Parameters<typeof digest>) => consequences(resourceChanges(digest(...steps)));

describe("what changes", () => {
  test("a replacement is one change, and components, providers and what stays are none", () => {
    const changes = resourceChanges(
      digest(
        step("delete-replaced", types.server, "app-1"),
        step("replace", types.server, "app-1", { differs: ["location"] }),
        step("create-replacement", types.server, "app-1"),
        step("create", "holdfast:index:Machine", "app-1", { custom: false }),
        step("create", "pulumi:providers:hcloud", "hcloud"),
        step("same", types.volume, "data"),
      ),
    );
    expect(changes).toMatchObject([{ operation: "replace", kind: "Server", name: "app-1", properties: ["location"] }]);
  });

  test("what the official plugin notes for itself is nobody's setting", () => {
    const [change] = resourceChanges(digest(step("update", types.server, "a", { differs: ["name", "__defaults"] })));
    expect(change?.properties).toEqual(["name"]);
  });

  test("protected things are in danger when they are replaced or deleted, not when they change", () => {
    const changes = resourceChanges(
      digest(
        step("delete", types.floatingIp, "visitors", { protect: true }),
        step("update", types.volume, "data", { protect: true }),
        step("delete", types.server, "app-2"),
      ),
    );
    expect(protectedLosses(changes).map(({ name }) => name)).toEqual(["visitors"]);
  });
});

describe("what a person has to know before", () => {
  test("another server type: power off, no way back", () => {
    const [text] = said(
      step("update", types.server, "app-1", {
        before: { serverType: "cx23" },
        after: { serverType: "cx33" },
        differs: ["serverType"],
      }),
    );
    expect(text).toMatch(/^The machine app-1 is powered off to change its type from cx23 to cx33; its disk grows/);
    expect(text).toContain("you cannot change to a smaller type afterwards");
  });

  test.each([
    ["publicNets", "powered off and on again"],
    ["networks", "its connections break"],
    ["placementGroupId", "must be off"],
    ["backups", "those that exist are deleted"],
  ])("a machine's %s: %s", (property, words) => {
    expect(said(step("update", types.server, "app-1", { differs: [property] }))).toEqual([
      expect.stringContaining(words),
    ]);
  });

  test.each([
    [types.server, "everything on it is lost"],
    [types.floatingIp, "visitors get another address"],
    [types.volume, "all data on it is lost"],
    ["hcloud:index/storageBox:StorageBox", "all backups in it are lost"],
  ])("a new %s in place of the old one: %s, and why", (type, words) => {
    const [text] = said(step("replace", type, "x", { differs: ["location"] }));
    expect(text).toContain(words);
    expect(text).toContain("because of location");
  });

  test("what is deleted, and that Hetzner's protection is lifted", () => {
    expect(said(step("delete", types.volume, "data"))).toEqual(["The volume data is deleted: with all data on it."]);
    expect(said(step("update", types.floatingIp, "visitors", { differs: ["deleteProtection"], after: {} }))).toEqual([
      "Hetzner's protection of the floating IP visitors is lifted.",
    ]);
  });

  test("how many snapshots of the backups are kept, when that changes", () => {
    const plan = (maxSnapshots: number) => ({ snapshotPlan: { maxSnapshots, hour: 4, minute: 30 } });
    const change = (before: number, after: number) =>
      said(
        step("update", "hcloud:index/storageBox:StorageBox", "backup", {
          differs: ["snapshotPlan"],
          before: plan(before),
          after: plan(after),
        }),
      );
    expect(change(7, 10)).toEqual(["Hetzner keeps 10 daily snapshots of the backup storage backup instead of 7."]);
    expect(change(10, 7)).toEqual([expect.stringContaining("the oldest ones beyond that are deleted") as string]);
    expect(change(7, 7)).toEqual([]);
  });

  test("labels, firewalls and files are no danger", () => {
    expect(said(step("update", types.server, "a", { differs: ["labels", "firewallIds"] }))).toEqual([]);
    expect(said(step("create", types.server, "b"), step("delete", types.configuration, "b"))).toEqual([]);
  });
});
