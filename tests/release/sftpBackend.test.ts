import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SftpPlace } from "../../blueprint/resolve/sftpStore";
import { openStore } from "../../release/store/open";
import { SftpBackend } from "../../release/store/sftpBackend";
import { testFolder } from "../support/folder";
import { SftpServer } from "./support/sftpServer";

const root = testFolder();
let folder: string;
let server: SftpServer;
let place: SftpPlace;
let count = 0;

beforeEach(async () => {
  folder = join(root, String((count += 1)));
  server = new SftpServer(folder);
  place = await server.start();
});
afterEach(() => server.stop());

/** What lies where the store is, also what is no key. */
const lying = () => readdirSync(join(folder, "a/b")).sort();

test("what is there is replaced only when that is asked for, and nothing is left over", async () => {
  const backend = new SftpBackend(place);
  expect(await backend.writeNew("key", { text: "first" })).toBe(true);
  expect(await backend.writeNew("key", { text: "second" })).toBe(false);
  expect(await backend.readText("key")).toBe("first");
  await backend.write("key", { text: "third" });
  expect(await backend.readText("key")).toBe("third");
  expect(lying()).toEqual(["key"]);
});

test("a file comes back as it went, and an empty one too", async () => {
  const content = Buffer.alloc(3_000_000, "0123456789");
  writeFileSync(join(root, "large"), content);
  writeFileSync(join(root, "empty"), "");
  const backend = new SftpBackend(place);
  for (const name of ["large", "empty"]) {
    await backend.write(name, { file: join(root, name) });
    expect(await backend.fetch(name, join(root, "back"))).toBe(true);
    expect(readFileSync(join(root, "back")).equals(readFileSync(join(root, name)))).toBe(true);
  }
  expect(await backend.fetch("missing", join(root, "back"))).toBe(false);
});

test("a disk that is full is told, and leaves neither a key nor a piece of it", async () => {
  const backend = new SftpBackend(place);
  await backend.write("key", { text: "before" });
  server.failing.add("WRITE");
  await expect(backend.write("key", { text: "after" })).rejects.toThrow(/anna@.* refused the file[\s\S]*a full disk/);
  server.failing.clear();
  expect(await backend.readText("key")).toBe("before");
  expect(lying()).toEqual(["key"]);
});

test("an upload that was cut leaves no key; the next one takes its rest away after a day", async () => {
  writeFileSync(join(root, "large"), Buffer.alloc(2_000_000));
  const backend = new SftpBackend(place);
  let writes = 0;
  server.onOperation = (operation) => {
    if (operation === "WRITE" && (writes += 1) === 20) server.cut();
  };
  await expect(backend.write("key", { file: join(root, "large") })).rejects.toThrow("the connection broke");
  const [rest = ""] = lying();
  expect(lying()).toHaveLength(1);
  expect(await backend.list()).toEqual([]);

  // The same backend goes on over another connection, and lets be what may still be somebody's.
  await backend.write("key", { file: join(root, "large") });
  expect(lying()).toEqual([rest, "key"]);
  const yesterday = Date.now() / 1000 - 25 * 60 * 60;
  utimesSync(join(folder, "a/b", rest), yesterday, yesterday);
  await new SftpBackend(place).write("other", { text: "" });
  expect(lying()).toEqual(["key", "other"]);
});

test("many are read at once without opening more files than servers allow, over one connection that then ends", async () => {
  mkdirSync(join(folder, "a/b"), { recursive: true });
  const keys = Array.from({ length: 300 }, (_, index) => `key-${String(index)}`);
  for (const key of keys) writeFileSync(join(folder, "a/b", key), key);
  const backend = new SftpBackend(place);
  let most = 0;
  server.onOperation = () => (most = Math.max(most, server.connected));
  expect(await Promise.all(keys.map((key) => backend.readText(key)))).toEqual(keys);
  expect(server.mostFilesOpen).toBeLessThanOrEqual(16);
  expect(most).toBe(1);
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (server.connected > 0) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
});

test.each<[string, Partial<SftpPlace>, RegExp]>([
  ["a wrong password", { password: "another-pass" }, /anna@127\.0\.0\.1:\d+\/a\/b refuses the password/],
  ["another server", { hostKey: "ssh-ed25519 AAAA" }, /shows another host key than the known one/],
  ["no server", { port: 2 }, /cannot be reached: 127\.0\.0\.1 port 2 refuses connections/],
])("%s: said with what to do", async (_what, change, message) => {
  const store = openStore({ ...place, ...change });
  await expect(store.list()).rejects.toThrow(message);
  await expect(store.list()).rejects.not.toThrow(/another-pass|pass-of-anna/);
});

test("keys to a bucket in the environment are not sent to it", async () => {
  const environment = { HOLDFAST_RELEASES_ACCESS_KEY: "anna", HOLDFAST_RELEASES_SECRET_KEY: "pass-of-anna" };
  await expect(openStore({ ...place, password: "another-pass" }, environment).list()).rejects.toThrow(
    "refuses the password",
  );
});

test("the backup storage is no store before an update has made its account", () => {
  expect(() => openStore({ kind: "backupStorage" })).toThrow(/is not there yet[\s\S]*run `pulumi up` first/);
});
