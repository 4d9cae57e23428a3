import { settingsWith } from "../blueprint/source";
import { environmentOf, one, type Seen, unencrypted } from "./mocks";

const box = "hcloud:index/storageBox:StorageBox";
const pair = "holdfast:keys:KeyPair";

function environment(stack: string, backup?: object): Promise<readonly Seen[]> {
  const sections = backup ? { "holdfast:database": {}, "holdfast:backup": backup } : {};
  return environmentOf(settingsWith(sections, stack)).then(({ seen }) => seen);
}

test("prod's backups are elsewhere, and refuse to be deleted by Pulumi and by Hetzner", async () => {
  const seen = await environment("prod", {});
  const { inputs, options } = one(seen, box, "backup");
  expect(inputs).toMatchObject({ name: "prod-backup-hel1", storageBoxType: "bx11", location: "hel1" });
  expect(inputs.labels).toEqual({ stack: "prod", role: "backup" });
  expect(inputs.deleteProtection).toBe(true);
  expect(options.protect).toBe(true);
  // Without its key nobody gets to what is in it.
  expect(one(seen, pair, "backup").options.protect).toBe(true);
});

test("staging's backups go with the stack", async () => {
  const { inputs, options } = one(await environment("staging", {}), box, "backup");
  expect(inputs.deleteProtection).toBe(false);
  expect(options.protect).toBe(false);
});

test("another key does not replace the box, and with it all backups", async () => {
  expect(one(await environment("prod", {}), box, "backup").options.ignoreChanges).toEqual(["sshKeys"]);
});

test("it is open for SSH alone, and keeps snapshots that the database machine cannot delete", async () => {
  const { inputs } = one(await environment("prod", { storage: { type: "bx21" } }), box, "backup");
  expect(inputs.storageBoxType).toBe("bx21");
  expect(inputs.accessSettings).toMatchObject({ sshEnabled: true, sambaEnabled: false, webdavEnabled: false });
  expect(inputs.snapshotPlan).toMatchObject({ maxSnapshots: 20 });
});

test.each([
  ["bx11", 30, 10],
  ["bx31", 30, 30],
  ["bx41", 35, 35],
  ["bx21", 3, 7],
])("a %s keeps snapshots for %d days of backups as far as it can: %d", async (type, retentionDays, maxSnapshots) => {
  const { inputs } = one(await environment("prod", { storage: { type }, retentionDays }), box, "backup");
  expect(inputs.snapshotPlan).toMatchObject({ maxSnapshots });
});

test("neither its password nor the key to it is in the state unencrypted", async () => {
  const state = unencrypted(await environment("prod", {}));
  expect(state).not.toContain("p".repeat(40));
  expect(state).not.toContain("PRIVATE HALF");
});

test("a stack without the section has no box", async () => {
  const seen = await environment("prod");
  expect(seen.filter(({ type }) => type === box)).toEqual([]);
});
