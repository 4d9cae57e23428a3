import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { manifestSchema } from "../../blueprint/manifest";
import { FolderBackend } from "../../release/store/folderBackend";
import { SftpBackend } from "../../release/store/sftpBackend";
import { ReleaseStore, type StoredRelease } from "../../release/store/store";
import { WebBackend } from "../../release/store/webBackend";
import { fill, testFolder } from "../support/folder";
import { SftpServer } from "./support/sftpServer";
import { webdav } from "./support/webdav";

const root = testFolder();
const archive = join(fill(root, { "release.tar.gz": "not looked into" }), "release.tar.gz");

function release(version: string, change: Partial<StoredRelease> = {}): StoredRelease {
  const manifest = manifestSchema.parse({ name: "shop", version, start: "./shop" });
  const sha256 = version
    .charCodeAt(version.length - 1)
    .toString(16)
    .padStart(2, "0")
    .repeat(32);
  const built = `2026-11-24T10:0${version.at(-1) ?? ""}:00.000Z`;
  return { name: "shop", version, sha256, size: 15, built, builtBy: "anna@laptop", manifest, ...change };
}

let server: Server | undefined;
let sftp: SftpServer | undefined;
let count = 0;
const shelves = {
  folder: () => Promise.resolve(new FolderBackend(join(root, `store-${String((count += 1))}`))),
  "web server": async () => {
    server = createServer(webdav({ user: "anna", password: "secret" }));
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const keys = { accessKey: "anna", secretKey: "secret" };
    return new WebBackend({ kind: "web", url: `http://127.0.0.1:${String(port)}/releases/`, keys });
  },
  "folder of an SFTP server": async () => {
    sftp = new SftpServer(join(root, `sftp-${String((count += 1))}`));
    return new SftpBackend(await sftp.start());
  },
};
afterEach(async () => {
  server?.close();
  server = undefined;
  await sftp?.stop();
  sftp = undefined;
});

describe.each(Object.entries(shelves))("a store in a %s", (_kind, backend) => {
  test("gives back what was put into it, the newest first", async () => {
    const store = new ReleaseStore(await backend());
    expect(await store.list()).toEqual([]);
    expect(await store.put(release("1.0.1"), archive)).toBe(true);
    expect(await store.put(release("1.0.2"), archive)).toBe(true);
    expect((await store.list()).map(({ version }) => version)).toEqual(["1.0.2", "1.0.1"]);
    const found = await store.require({ kind: "version", name: "shop", version: "1.0.1" });
    expect(found).toEqual(release("1.0.1"));
    const to = join(root, "fetched");
    await store.fetch(found, to);
    expect(readFileSync(to, "utf8")).toBe("not looked into");
  });

  test("lets a version mean one thing only, also when two build it at once", async () => {
    const store = new ReleaseStore(await backend());
    const results = await Promise.allSettled([
      store.put(release("1.0.1"), archive),
      store.put(release("1.0.1", { sha256: "ab".repeat(32) }), archive),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [kept] = await store.list();
    await store.fetch(kept ?? release("none"), join(root, "fetched"));
    expect(await store.put(kept ?? release("none"), archive)).toBe(false);
  });

  test("names the nearest version where one is missing", async () => {
    const store = new ReleaseStore(await backend());
    await store.put(release("1.4.0"), archive);
    await expect(store.require({ kind: "version", name: "shop", version: "1.4.O" })).rejects.toThrow(
      /shop@1\.4\.O is not in .*[\s\S]*did you mean shop@1\.4\.0\?/,
    );
    await expect(store.require({ kind: "version", name: "shap", version: "1.4.0" })).rejects.toThrow(
      "there are releases of shop",
    );
  });

  test("finds a copy by its content only, and a built one by both", async () => {
    const store = new ReleaseStore(await backend());
    const copy = release("1.0.1", { copyOf: "./shop" });
    await store.put(copy, archive);
    expect(await store.find({ kind: "version", name: "shop", version: "1.0.1" })).toBeUndefined();
    expect(await store.find({ kind: "content", name: "shop", sha256: copy.sha256 })).toEqual(copy);
    await store.put(release("1.0.1"), archive);
    expect(await store.find({ kind: "version", name: "shop", version: "1.0.1" })).toEqual(release("1.0.1"));
    // They share an archive, which goes with the last of them.
    await store.remove(copy);
    await store.fetch(release("1.0.1"), join(root, "fetched"));
    await store.remove(release("1.0.1"));
    expect(await store.list()).toEqual([]);
    await expect(store.fetch(release("1.0.1"), join(root, "fetched"))).rejects.toThrow("no archive");
  });
});

test("a folder that a web server shows is a store to read from", async () => {
  const folder = join(root, "published");
  await new ReleaseStore(new FolderBackend(folder)).put(release("1.0.1"), archive);
  server = createServer((request, response) => {
    const file = join(folder, decodeURIComponent(request.url ?? ""));
    if (request.method !== "GET") response.writeHead(405).end();
    else if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const store = new ReleaseStore(new WebBackend({ kind: "web", url: `http://127.0.0.1:${String(port)}/` }));
  expect((await store.list()).map(({ version }) => version)).toEqual(["1.0.1"]);
  await expect(store.remove(release("1.0.1"))).rejects.toThrow(/cannot be written to \(it answers DELETE with 405\)/);
});

test("a store that does not answer is named, with the reason", async () => {
  const store = new ReleaseStore(new WebBackend({ kind: "web", url: "http://127.0.0.1:2/" }));
  await expect(store.list()).rejects.toThrow(/http:\/\/127\.0\.0\.1:2\/index\.json cannot be reached: .*ECONNREFUSED/);
});

test("an entry that somebody damaged is named", async () => {
  const folder = join(root, "damaged");
  const store = new ReleaseStore(new FolderBackend(folder));
  await store.put(release("1.0.1"), archive);
  writeFileSync(join(folder, "shop@1.0.1.json"), "{");
  await expect(store.list()).rejects.toThrow("shop@1.0.1.json in the folder");
  rmSync(folder, { recursive: true });
});
