import { SettingsError } from "../../blueprint/problems";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import type { SettingsSource } from "../../blueprint/settingsSource";
import { settingsWith, sourceOf, testKey } from "./source";

const bucket = { endpoint: "https://fsn1.your-objectstorage.com", bucket: "guestbook-backup" };
const keys = { accessKey: "AKEXAMPLE", secretKey: "not-to-be-seen" };

function source(backup: unknown, more: Partial<SettingsSource> = {}): SettingsSource {
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release: "./examples/guestbook" },
    "holdfast:loadBalancer": { machines: 0 },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    "holdfast:database": {},
    "holdfast:backup": backup,
  };
  return { ...sourceOf(JSON.stringify({ config })), ...more };
}

function problemsOf(given: SettingsSource): string[] {
  try {
    readSettings(parseSettings(given));
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ setting, wrong }) => `${setting} ${wrong}`);
    throw error;
  }
}

test.each([
  ["nbg1", "hel1"],
  ["fsn1", "hel1"],
  ["hel1", "fsn1"],
])("a stack in %s has its backups in %s, when nothing else is said", (location, elsewhere) => {
  const settings = settingsWith({ "holdfast:location": location, "holdfast:database": {}, "holdfast:backup": {} });
  expect(settings.backup).toEqual({
    storage: { type: "bx11", location: elsewhere },
    retentionDays: 30,
    isApart: false,
  });
});

test("without the section there are none, which is worth a warning where there is a database", () => {
  const { settings, warnings } = readSettings(parseSettings(source(undefined)));
  expect(settings.backup).toBeUndefined();
  expect(warnings.map(({ setting, wrong }) => `${setting} ${wrong}`)).toContain("holdfast:backup is missing");
});

test("backups of nothing are refused", () => {
  const without = source({});
  delete (without.config as Record<string, string>)["holdfast:database"];
  expect(problemsOf(without)).toEqual(["holdfast:backup has nothing to back up"]);
});

test("the bucket's keys are handed over beside the settings, never in them", () => {
  const secret = source({ s3: { ...bucket, ...keys } }, { isSecret: () => true, preview: false });
  const { settings, secrets } = readSettings(parseSettings(secret));
  expect(settings.backup?.s3).toEqual({ ...bucket, region: "us-east-1" });
  expect(secrets.backupKeys).toEqual(keys);
  expect(JSON.stringify(settings)).not.toContain(keys.secretKey);
});

test("keys in plain text are refused, without repeating them", () => {
  const plain = source({ s3: { ...bucket, ...keys } });
  expect(problemsOf(plain)).toEqual(["holdfast:backup.s3 has keys in plain text"]);
});

test("the second project's token is handed over beside the settings, and refused in plain text", () => {
  const written = { token: "t".repeat(64) };
  const { settings, secrets } = readSettings(parseSettings(source(written, { isSecret: () => true, preview: false })));
  expect(settings.backup?.isApart).toBe(true);
  expect(secrets.backupToken).toBe(written.token);
  expect(JSON.stringify(settings)).not.toContain(written.token);
  const [problem = ""] = problemsOf(source(written));
  expect(problem).toBe("holdfast:backup.token is written in plain text");
});

test("load balancers whose token reaches the backups are a warning", () => {
  const warned = (backup: object, loadBalancer?: object) => {
    const isSecret = () => true;
    const given = source(backup, { isSecret });
    const config = { ...given.config, ...(loadBalancer && { "holdfast:loadBalancer": JSON.stringify(loadBalancer) }) };
    return readSettings(parseSettings({ ...given, config })).warnings.map(({ setting }) => setting);
  };
  expect(warned({}, { machines: 1 })).toContain("holdfast:backup.token");
  expect(warned({ token: "t" }, { machines: 1 })).not.toContain("holdfast:backup.token");
  expect(warned({})).not.toContain("holdfast:backup.token");
});

test("a preview does without keys, an update does not", () => {
  const without = { s3: bucket };
  expect(problemsOf(source(without))).toEqual([]);
  expect(problemsOf(source(without, { preview: false }))).toEqual([
    "holdfast:backup.s3.accessKey is missing",
    "holdfast:backup.s3.secretKey is missing",
  ]);
});
