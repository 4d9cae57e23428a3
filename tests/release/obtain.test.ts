import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SettingsError } from "../../blueprint/problems";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import { hashOfArchive } from "../../provider/machine/archives/source";
import { build } from "../../release/build/build";
import { keepCopy } from "../../release/copies";
import { withRelease } from "../../release/program";
import { openStore } from "../../release/store/open";
import { sourceOf, testKey } from "../blueprint/source";
import { app, fill, testFolder } from "../support/folder";

const root = testFolder();
const place = { kind: "folder", path: join(root, "releases") } as const;
const source = app(join(root, "shop"), "1.4.0");
let server: Server;
let base = "";
let requests = 0;

beforeAll(async () => {
  process.env.HOLDFAST_CACHE = join(root, "cache");
  await build(source, openStore(place));
  execFileSync("tar", ["-czf", join(root, "shop.tar.gz"), "-C", source, "."]);
  server = createServer((request, response) => {
    requests += 1;
    const file = join(root, request.url ?? "");
    if (request.url?.endsWith(".gz")) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.close();
});

/** Settings of a stack whose release is written like this, in a checkout where the store is. */
async function read(release: string) {
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
  };
  const settings = { ...sourceOf(JSON.stringify({ config })), folder: root };
  return readSettings(await withRelease(parseSettings(settings))).settings.release;
}

async function refusal(release: string): Promise<string> {
  const refused = await read(release).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(SettingsError);
  expect((refused as SettingsError).problems).toHaveLength(1);
  return (refused as SettingsError).message;
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

test("a folder and the release that was built of it are the same to a machine", async () => {
  const [folder, built] = [await read("./shop"), await read("shop@1.4.0")];
  expect(built.manifest).toEqual(folder.manifest);
  expect(await hashOfArchive(built.source)).toBe(await hashOfArchive(folder.source));
});

test("a release is found by its content, too", async () => {
  const content = await hashOfArchive(source);
  expect((await read(`shop@sha256:${content}`)).manifest.version).toBe("1.4.0");
  expect(await refusal(`shop@sha256:${"0".repeat(64)}`)).toContain("is not in the folder");
});

test("packed files give the manifest that is in them", async () => {
  expect((await read("./shop.tar.gz")).manifest.name).toBe("shop");
  execFileSync("tar", ["-cf", join(root, "shop.tar"), "-C", source, "."]);
  expect((await read("./shop.tar")).manifest.name).toBe("shop");
});

/** What `tar -c holdfast.yaml shop | zstd` made of shop 1.4.0: Node 20 has no zstd of its own. */
const packedByZstd = Buffer.from(
  "KLUv/QRoTQQAIkYVGHCtDiBtWZSh6eECVenQVMRntijE/y28MrGXXI4VDOzYOGN216X2QYBw1RQT9sm59JNIgDNj70saKHX3gVBH+lXCFWfXK8H/tTXjyjRwUlBDBWFmDBIg4DQudQMdgPCAejz1jFEVOzaAtjsgfQPeWCB91BURTYeBo6M4MHngIgIHBbAzYSXVt3JG",
  "base64",
);

test("and so does one that is packed with zstd", async () => {
  writeFileSync(join(root, "shop.tar.zst"), packedByZstd);
  expect((await read("./shop.tar.zst")).manifest.version).toBe("1.4.0");
  writeFileSync(join(root, "cut.tar.zst"), packedByZstd.subarray(0, 80));
  expect(await refusal("./cut.tar.zst")).toContain("is damaged");
  writeFileSync(join(root, "noise.tar.zst"), "this is no zstd");
  expect(await refusal("./noise.tar.zst")).toContain("is damaged");
});

test("a file at an address is fetched once, and known by the checksum of the file", async () => {
  const address = `${base}/shop.tar.gz#sha256=${sha256(join(root, "shop.tar.gz"))}`;
  expect((await read(address)).manifest.version).toBe("1.4.0");
  const before = requests;
  expect((await read(address)).manifest.version).toBe("1.4.0");
  expect(requests).toBe(before);
});

test("a wrong checksum is told with both of them, and nothing stays in the cache", async () => {
  const before = readdirSync(join(root, "cache/releases")).length;
  const message = await refusal(`${base}/shop.tar.gz#sha256=${"1".repeat(64)}`);
  expect(message).toContain(`has the SHA-256 ${sha256(join(root, "shop.tar.gz"))} instead of ${"1".repeat(64)}`);
  expect(readdirSync(join(root, "cache/releases"))).toHaveLength(before);
});

test("what cannot be reached is told with the reason", async () => {
  expect(await refusal(`http://127.0.0.1:2/shop.tar.gz#sha256=${"1".repeat(64)}`)).toMatch(
    /http:\/\/127\.0\.0\.1:2\/shop\.tar\.gz cannot be reached: .*ECONNREFUSED/,
  );
  expect(await refusal(`${base}/gone.tar#sha256=${"1".repeat(64)}`)).toContain("answers 404");
});

test("damaged and cut archives are found here, and not on a machine", async () => {
  const whole = readFileSync(join(root, "shop.tar.gz"));
  writeFileSync(join(root, "cut.tar.gz"), whole.subarray(0, whole.length / 2));
  writeFileSync(join(root, "noise.tar.gz"), "this is no gzip");
  writeFileSync(join(root, "noise.tar"), "this is no tar".repeat(100));
  execFileSync("tar", ["-cf", join(root, "cut-whole.tar"), "-C", source, "."]);
  writeFileSync(join(root, "cut.tar"), readFileSync(join(root, "cut-whole.tar")).subarray(0, 700));
  for (const name of ["cut.tar.gz", "noise.tar.gz", "noise.tar", "cut.tar"]) {
    expect(await refusal(`./${name}`)).toContain("is damaged or not what its ending says");
  }
  expect(await refusal("./missing.tar.gz")).toContain("does not exist");
});

test("an archive without a manifest at its top is told where it is", async () => {
  execFileSync("tar", ["-czf", join(root, "nested.tar.gz"), "-C", root, "shop"]);
  expect(await refusal("./nested.tar.gz")).toContain("has its manifest at shop/holdfast.yaml, not at its top");
  execFileSync("tar", ["-czf", join(root, "bare.tar.gz"), "-C", source, "shop.py"]);
  expect(await refusal("./bare.tar.gz")).toContain("has no holdfast.yaml");
});

test("a manifest with mistakes is refused like one in a folder", async () => {
  const bad = fill(join(root, "bad"), { "holdfast.yaml": "name: shop\nversion: 1\nstart: ./shop\n" });
  execFileSync("tar", ["-czf", join(root, "bad.tar.gz"), "-C", bad, "."]);
  expect(await refusal("./bad.tar.gz")).toContain("holdfast.yaml.version: 1 is a number, not text");
});

test("a damaged cache is noticed and filled anew", async () => {
  const { source: tar } = await read("shop@1.4.0");
  writeFileSync(tar, "damaged");
  const again = await read("shop@1.4.0");
  expect(await hashOfArchive(again.source)).toBe(await hashOfArchive(source));
});

describe("a copy of what is rolled out unbuilt", () => {
  test("is a way back after the folder was edited", async () => {
    const release = await read("./shop");
    const before = await hashOfArchive(release.source);
    await keepCopy(release, { written: "./shop", sha256: before, place });
    // The store has it as a version already, so it needs no copy.
    expect(await openStore(place).list()).toHaveLength(1);

    fill(source, { "shop.py": "print('edited')\n" });
    const edited = await read("./shop");
    const after = await hashOfArchive(edited.source);
    await keepCopy(edited, { written: "./shop", sha256: after, place });
    fill(source, { "shop.py": "print('edited again')\n" });
    const back = await read(`shop@sha256:${after}`);
    expect(await hashOfArchive(back.source)).toBe(after);
  });

  test("is not made where the release is in a store, or the store is no folder", async () => {
    const release = await read("shop@1.4.0");
    const count = readdirSync(place.path).length;
    await keepCopy(release, { written: "shop@1.4.0", sha256: "0".repeat(64), place });
    await keepCopy(release, {
      written: "./shop",
      sha256: "0".repeat(64),
      place: { kind: "web", url: "http://127.0.0.1:9/" },
    });
    expect(readdirSync(place.path)).toHaveLength(count);
  });

  test("is one of the last five", async () => {
    for (let edit = 0; edit < 7; edit += 1) {
      fill(source, { "shop.py": `print(${String(edit)})\n` });
      const release = await read("./shop");
      await keepCopy(release, { written: "./shop", sha256: await hashOfArchive(release.source), place });
    }
    const copies = (await openStore(place).list()).filter(({ copyOf }) => copyOf !== undefined);
    expect(copies).toHaveLength(5);
    expect(copies[0]?.sha256).toBe(await hashOfArchive(source));
    rmSync(place.path, { recursive: true });
  });
});
