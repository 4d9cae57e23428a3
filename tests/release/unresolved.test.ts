import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import type { StorePlace } from "../../blueprint/resolve/store";
import type { SettingsSource } from "../../blueprint/settingsSource";
import { hashOfArchive } from "../../provider/machine/archives/source";
import { isClosed } from "../../release/unresolved";
import { withRelease } from "../../release/program";
import { sourceOf, testKey } from "../blueprint/source";
import { testFolder } from "../support/folder";

const root = testFolder();
const before = process.env.HOLDFAST_CACHE;
beforeAll(() => {
  process.env.HOLDFAST_CACHE = join(root, "cache");
});
afterAll(() => {
  if (before === undefined) delete process.env.HOLDFAST_CACHE;
  else process.env.HOLDFAST_CACHE = before;
});

/** A stack whose releases are in a bucket that nobody answers for: asking there would be an error. */
function source(release: string): SettingsSource {
  const keys = { accessKey: "encrypted", secretKey: "encrypted" };
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    "holdfast:releases": { store: "s3://releases", endpoint: "http://127.0.0.1:2", ...keys },
  };
  return { ...sourceOf(JSON.stringify({ config })), isSecret: () => true };
}

const read = async (release: string) =>
  readSettings(await withRelease(parseSettings({ ...source(release), secretsAreStandIns: true }))).settings.release;

test("without keys a release is its name and version, and the store is not asked", async () => {
  const release = await read("shop@1.4.0");
  expect(release).toMatchObject({ isUnresolved: true, manifest: { name: "shop", version: "1.4.0" } });
  expect(readFileSync(join(release.source, "holdfast.yaml"), "utf8")).toContain("was not looked up");
  const content = await read(`shop@sha256:${"ab".repeat(32)}`);
  expect(content.manifest.version).toBe("sha256-abababababab");
});

test("the same reference is the same to a machine, another one is another", async () => {
  const hashes = await Promise.all(
    ["shop@1.4.0", "shop@1.4.0", "shop@1.5.0"].map(async (release) => hashOfArchive((await read(release)).source)),
  );
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

test("with keys the store is asked, and an update never goes without", async () => {
  await expect(withRelease(parseSettings(source("shop@1.4.0"))).then(readSettings)).rejects.toThrow(
    "cannot be reached",
  );
});

const web = { kind: "web", url: "https://releases.example.org/" } as const;
const keys = { accessKey: "a", secretKey: "b" };
test.each<[string, StorePlace, { hasKeys: boolean; closed: boolean }]>([
  ["a folder", { kind: "folder", path: root }, { hasKeys: false, closed: false }],
  ["a folder of another computer", { kind: "folder", path: join(root, "none") }, { hasKeys: false, closed: true }],
  ["a web server for everybody", web, { hasKeys: false, closed: false }],
  ["a web server with a password", { ...web, keys }, { hasKeys: false, closed: true }],
  ["the same with keys in the environment", { ...web, keys }, { hasKeys: true, closed: false }],
  ["the backup storage", { kind: "backupStorage" }, { hasKeys: true, closed: true }],
])("%s", (_what, place, { hasKeys, closed }) => {
  expect(isClosed({ ...source("shop@1.4.0"), secretsAreStandIns: true }, place, hasKeys)).toBe(closed);
  expect(isClosed(source("shop@1.4.0"), place, hasKeys)).toBe(false);
});
