import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import type { StorePlace } from "../../blueprint/resolve/store";
import { build } from "../../release/build/build";
import { bucketProtection } from "../../release/store/bucketProtection";
import { openStore } from "../../release/store/open";
import { goCommand } from "../../toolchain/pulumiSources/goModules";
import { bucketStorage } from "../../stack/outside/storage";
import { obtainS3Server } from "../../toolchain/s3Server";
import { app } from "../support/folder";

jest.setTimeout(1_000_000);

// The server is built by Go, which not every computer has and `make test` does not bring.
const hasGo = goCommand() !== undefined;
const withGo = hasGo ? test : test.skip;

/** A real S3 server on loopback, and a store in a bucket of it. */
const keys = { accessKey: "holdfast", secretKey: "a secret of this test" };
const folder = mkdtempSync(join(tmpdir(), "holdfast-bucket-"));
let server: ChildProcess;
let bucket: Extract<StorePlace, { kind: "bucket" }>;

beforeAll(async () => {
  if (!hasGo) return;
  const program = await obtainS3Server();
  if (typeof program !== "string") throw new Error(`no S3 server: ${program.missing}`);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${String(port)}`;
  for (const name of ["buckets", "versions"]) mkdirSync(join(folder, name));
  const versions = ["--versioning-dir", join(folder, "versions")];
  server = spawn(program, ["--port", `127.0.0.1:${String(port)}`, "posix", ...versions, join(folder, "buckets")], {
    env: { ...process.env, ROOT_ACCESS_KEY_ID: keys.accessKey, ROOT_SECRET_ACCESS_KEY: keys.secretKey },
    stdio: "ignore",
  });
  bucket = { kind: "bucket", endpoint, region: "us-east-1", bucket: "releases", prefix: "shop/", keys };
  const client = new AwsClient({ accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey, service: "s3" });
  await eventually(async () => {
    const made = await client.fetch(`${endpoint}/releases`, { method: "PUT" });
    if (!made.ok) throw new Error(`the bucket cannot be made: ${await made.text()}`);
  });
});

afterAll(() => {
  if (hasGo) server.kill();
  rmSync(folder, { recursive: true, force: true });
});

withGo("a release is built into a bucket, found, fetched whole, and removed", async () => {
  const store = openStore(bucket);
  expect(await store.list()).toEqual([]);
  const source = app(join(folder, "shop"), "1.0.0+build.7", { "data.bin": "x".repeat(3_000_000) });
  const { release, isNew } = await build(source, store);
  expect(isNew).toBe(true);
  expect((await build(source, store)).isNew).toBe(false);
  expect(await store.list()).toEqual([release]);
  await store.fetch(release, join(folder, "fetched.tar.gz"));
  expect(readFileSync(join(folder, "fetched.tar.gz"))).toHaveLength(release.size);

  writeFileSync(join(source, "shop.py"), "print('other')\n");
  await expect(build(source, store)).rejects.toThrow("is in the bucket releases");
  await store.remove(release);
  expect(await store.list()).toEqual([]);
});

withGo("more keys than one answer holds are all listed", async () => {
  const store = openStore({ ...bucket, prefix: "many/" });
  const { release } = await build(app(join(folder, "many"), "0"), store);
  // Entries alone: 1,000 keys are the most that one answer may have.
  const client = new AwsClient({ accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey, service: "s3" });
  for (let number = 1; number <= 1_010; number += 1) {
    const version = String(number);
    const body = JSON.stringify({ ...release, version });
    await client.fetch(`${bucket.endpoint}/releases/many/shop%40${version}.json`, { method: "PUT", body });
  }
  expect(await store.list()).toHaveLength(1_011);
});

withGo("two who build one version differently at the same moment: one is refused", async () => {
  const store = openStore({ ...bucket, prefix: "race/" });
  const sources = ["one", "other"].map((name) => app(join(folder, name), "2.0.0", { name }));
  const results = await Promise.allSettled(sources.map((source) => build(source, store)));
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const [kept] = await store.list();
  const winner = results.find((result) => result.status === "fulfilled");
  expect(kept).toEqual(winner?.value.release);
  if (kept) await store.fetch(kept, join(folder, "winner.tar.gz"));
});

withGo.each([
  ["no keys", { keys: undefined }, /the bucket releases at .* cannot be read: there are no keys for it/],
  [
    "wrong keys",
    { keys: { accessKey: "holdfast", secretKey: "wrong" } },
    /refuses the keys \(403 SignatureDoesNotMatch\)/,
  ],
  ["no bucket", { bucket: "elsewhere" }, /the bucket elsewhere at .* does not exist/],
  ["no server", { endpoint: "http://127.0.0.1:2" }, /http:\/\/127\.0\.0\.1:2\/releases cannot be reached/],
])("%s: said with what to do", async (_what, change, message) => {
  await expect(openStore({ ...bucket, ...change }).list()).rejects.toThrow(message);
});

describe("backups in a bucket", () => {
  const client = new AwsClient({ accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey, service: "s3" });
  const place = (name: string) => ({ endpoint: bucket.endpoint, bucket: name, region: "us-east-1" });
  const asked = (name: string, days: number) => bucketProtection(place(name), keys, days);
  const make = (name: string, headers: Readonly<Record<string, string>> = {}) =>
    client.fetch(`${bucket.endpoint}/${name}`, { method: "PUT", headers });

  async function lock(name: string, mode: string): Promise<void> {
    const retention = `<Rule><DefaultRetention><Mode>${mode}</Mode><Days>30</Days></DefaultRetention></Rule>`;
    const body = `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${retention}</ObjectLockConfiguration>`;
    const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
    const answer = await client.fetch(`${bucket.endpoint}/${name}?object-lock=`, { method: "PUT", body, headers });
    if (!answer.ok) throw new Error(await answer.text());
  }

  withGo("that keeps nothing of what is deleted: each thing that is missing, with its command", async () => {
    await make("plain");
    const [versions, locks, ...more] = await asked("plain", 30);
    expect(more).toEqual([]);
    expect(versions?.what).toContain("keeps no older versions");
    expect(versions?.fix).toContain("put-bucket-versioning");
    expect(locks?.what).toContain("has no Object Lock");
    expect(locks?.fix).toMatch(/create-bucket .*--bucket plain-locked --object-lock-enabled-for-bucket && .*Days=30/);
  });

  withGo("that locks objects: for as long as backups are kept, and so that no key lifts it", async () => {
    await make("locked", { "x-amz-bucket-object-lock-enabled": "true" });
    const said = async (days: number) => (await asked("locked", days)).map(({ what }) => what);
    expect(await said(30)).toEqual([expect.stringContaining("locks no objects in COMPLIANCE mode")]);
    await lock("locked", "GOVERNANCE");
    expect(await said(30)).toEqual([expect.stringContaining("locks no objects in COMPLIANCE mode")]);
    await lock("locked", "COMPLIANCE");
    expect(await said(30)).toEqual([]);
    expect(await said(31)).toEqual([expect.stringContaining("locks objects for 30 days, and backups are kept for 31")]);
  });

  withGo("whose keys are wrong, or that does not exist, says nothing; that is told", async () => {
    const said = (await bucketProtection(place("plain"), { ...keys, secretKey: "wrong" }, 30)).map(({ what }) => what);
    expect(said).toEqual(Array(2).fill(expect.stringContaining("does not say whether it has")));
    expect((await asked("nowhere", 30))[0]?.what).toContain("NoSuchBucket");
    await expect(bucketProtection({ ...place("plain"), endpoint: "http://127.0.0.1:2" }, keys, 30)).rejects.toThrow(
      "does not answer",
    );
  });

  withGo("is looked at as folders and files", async () => {
    const looked = bucketStorage({ ...place("plain"), ...keys });
    for (const [name, body] of [
      ["a/b/one", "1"],
      ["a/b/c/two", "22"],
      ["a/three", "333"],
    ] as const) {
      await client.fetch(`${bucket.endpoint}/plain/${name}`, { method: "PUT", body });
    }
    const names = async (inside: string) =>
      (await looked.entries(inside))
        .map(({ name, isFolder, size }) => (isFolder ? `${name}/` : `${name} ${size}`))
        .sort();
    expect(await names("/a")).toEqual(["b/", "three 3"]);
    expect(await names("/a/b")).toEqual(["c/", "one 1"]);
    expect(await names("/nowhere")).toEqual([]);
    const [file] = (await looked.entries("/a/b")).filter(({ isFolder }) => !isFolder);
    expect(Math.abs((file?.modified ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    expect((await looked.read("/a/three"))?.toString()).toBe("333");
    expect(await looked.read("/a/four")).toBeUndefined();
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function eventually(attempt: () => Promise<void>): Promise<void> {
  for (const started = Date.now(); ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() - started > 10_000) throw error;
    }
  }
}
