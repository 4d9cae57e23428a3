import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { ownerOf, receive, request, freshRoot, snapshot, tinyArchive } from "./onMachine";

jest.setTimeout(60_000);

const root = freshRoot();

const path = "/opt/app/release";

async function rollOut(version: string, keep = 5) {
  const { packed, sha256 } = tinyArchive("main.py", version);
  const archives = { [path]: { sha256, ...ownerOf(), keep, label: `guestbook ${version}` } };
  const asked = () => request({}, { archives });
  if ((await root.submit(asked())).result === "archivesMissing") await receive(root, sha256, packed);
  return root.submit(asked());
}

const unpacked = async () =>
  (await readdir(join(root.path, "var/lib/holdfast/archives"))).filter((name) => !name.startsWith("."));
const releases = async () => (await readdir(join(root.path, "opt/app/releases"))).sort();

test("the last five stay unpacked, under their versions for people; going back takes no upload", async () => {
  for (const version of ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]) {
    expect(await rollOut(version)).toMatchObject({ result: "applied" });
  }
  expect(await releases()).toEqual(["1.2", "1.3", "1.4", "1.5", "1.6"]);
  expect(await unpacked()).toHaveLength(5);
  expect(await root.read("/opt/app/releases/1.3/main.py")).toBe("1.3");
  const { sha256 } = tinyArchive("main.py", "1.2");
  const archives = { [path]: { sha256, ...ownerOf(), keep: 5, label: "guestbook 1.2" } };
  expect(await root.submit(request({}, { archives }))).toMatchObject({ result: "applied" });
  expect(await root.read(`${path}/main.py`)).toBe("1.2");
  expect(await releases()).toEqual(["1.2", "1.3", "1.4", "1.5", "1.6"]);
});

test("of two builds of one version the newer one has the name, and both stay", async () => {
  const first = await rollOut("1.0");
  expect(first).toMatchObject({ result: "applied" });
  const { packed, sha256 } = tinyArchive("main.py", "built again");
  await receive(root, sha256, packed);
  const archives = { [path]: { sha256, ...ownerOf(), keep: 5, label: "guestbook 1.0" } };
  await root.submit(request({}, { archives }));
  expect(await readlink(join(root.path, "opt/app/releases/1.0"))).toContain(sha256);
  expect(await unpacked()).toHaveLength(2);
});

test("nothing that somebody else put beside the releases is touched", async () => {
  await root.write("/opt/app/releases/notes.txt", "theirs");
  await rollOut("1.0");
  await rollOut("1.1", 1);
  expect(await releases()).toEqual(["1.1", "notes.txt"]);
});

test("a .tar.zst is unpacked like the others, and known by the checksum of the file", async () => {
  const tar = gunzipSync(tinyArchive("main.py", "compressed").packed);
  const packed = execFileSync("zstd", ["-q", "-c"], { input: tar });
  const sha256 = createHash("sha256").update(packed).digest("hex");
  expect(await receive(root, sha256, packed, "tar.zst")).toMatchObject({ result: "received" });
  const archives = { [path]: { sha256, ...ownerOf() } };
  expect(await root.submit(request({}, { archives }))).toMatchObject({ result: "applied" });
  expect(await root.read(`${path}/main.py`)).toBe("compressed");
});

/** A release made by tar from what a command leaves in a folder. */
function packedBy(command: string, ...flags: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-packed-"));
  try {
    execFileSync("sh", ["-euc", command], { cwd: folder });
    const packed = execFileSync("tar", ["-c", "--gzip", ...flags, "-C", folder, "."]);
    return { packed, sha256: checksumOf(packed) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const checksumOf = (packed: Buffer) => createHash("sha256").update(packed).digest("hex");

/** Half a million files in about a megabyte: the same empty one again and again. */
function manyFiles() {
  const { packed } = packedBy("touch a");
  const tar = gunzipSync(packed);
  const header = tar.subarray(512, 1024);
  const all = Buffer.alloc(512 * 500_002);
  for (let at = 0; at < all.length; at += 512) header.copy(all, at);
  const archive = gzipSync(Buffer.concat([all, Buffer.alloc(1024)]), { level: 1 });
  return { packed: archive, sha256: checksumOf(archive) };
}

test("nothing in a release runs with another's rights", async () => {
  const { packed, sha256 } = packedBy(
    "echo 1 >main.py; echo 2 >tool; chmod 6755 tool; mkdir shared; chmod 3777 shared; ln main.py same.py; ln -s main.py link",
  );
  await receive(root, sha256, packed);
  const archives = { [path]: { sha256, ...ownerOf() } };
  expect(await root.submit(request({}, { archives }))).toMatchObject({ result: "applied" });
  const mode = (name: string) => statSync(join(root.path, path, name)).mode & 0o7777;
  expect({ tool: mode("tool"), shared: mode("shared"), top: mode(".") }).toEqual({
    tool: 0o755,
    shared: 0o755,
    top: 0o755,
  });
  expect(await root.read(`${path}/same.py`)).toBe("1\n");
});

test("whatever modes it was packed with, a release can be read and its programs can be run", async () => {
  const { packed, sha256 } = packedBy(
    "echo 1 >main.py; echo 2 >tool; mkdir -p a/b; echo 3 >a/b/c; ln -s main.py link; chmod 600 main.py a/b/c; chmod 700 tool a/b a .",
  );
  await receive(root, sha256, packed);
  await root.submit(request({}, { archives: { [path]: { sha256, ...ownerOf() } } }));
  const modes = [".", "a", "a/b", "tool", "main.py", "a/b/c"].map((name) => statSync(join(root.path, path, name)).mode);
  expect(modes.map((mode) => (mode & 0o7777).toString(8))).toEqual(["755", "755", "755", "755", "644", "644"]);
});

describe("the time of a release's files", () => {
  const timesOf = async () => {
    const paths = await readdir(join(root.path, path), { recursive: true });
    return new Set(["", ...paths].map((one) => lstatSync(`${root.path}${path}/${one}`).mtimeMs / 1000));
  };
  const roll = async (content: string, time?: number) => {
    const { packed, sha256 } = packedBy(
      `mkdir a; echo ${content} >a/index.html; ln -s a/index.html link; touch -h -d @0 a/index.html a link .`,
    );
    const archives = { [path]: { sha256, ...ownerOf(), keep: 3, ...(time !== undefined && { time }) } };
    const answer = await root.submit(request({}, { archives }));
    if (answer.result !== "archivesMissing") return answer;
    await receive(root, sha256, packed);
    return root.submit(request({}, { archives }));
  };

  test("is one, that of the roll-out, and later than the one before: also on the way back", async () => {
    const before = Math.floor(Date.now() / 1000);
    const seen: number[] = [];
    for (const content of ["one", "two", "one"]) {
      expect(await roll(content)).toMatchObject({ result: "applied" });
      const [time = 0, ...others] = await timesOf();
      expect(others).toEqual([]);
      seen.push(time);
    }
    expect(seen[0]).toBeGreaterThanOrEqual(before);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  });

  test("stays while the release does, and is told to the other machines", async () => {
    const first = await roll("one");
    const [time] = await timesOf();
    expect(first.times).toEqual({ [path]: time });
    expect(await roll("one")).toMatchObject({ result: "unchanged", times: first.times });
    expect(await timesOf()).toEqual(new Set([time]));
  });

  test("is the one that the first machine has chosen", async () => {
    expect(await roll("one", 1_800_000_000)).toMatchObject({ times: { [path]: 1_800_000_000 } });
    expect(await timesOf()).toEqual(new Set([1_800_000_000]));
    expect(await roll("one", 1_800_000_001)).toMatchObject({ times: { [path]: 1_800_000_001 } });
    expect(await timesOf()).toEqual(new Set([1_800_000_001]));
  });
});

describe("an archive that is no good is refused before anything is touched", () => {
  beforeEach(() => rollOut("1.0"));

  test("damaged, though its checksum is the one that was asked for", async () => {
    const { packed } = tinyArchive("main.py", "x".repeat(50_000));
    const damaged = Buffer.concat([packed.subarray(0, packed.length - 20), Buffer.alloc(20, 7)]);
    const sha256 = createHash("sha256").update(damaged).digest("hex");
    await receive(root, sha256, damaged);
    const before = await snapshot(root);
    const archives = { [path]: { sha256, ...ownerOf(), label: "guestbook 1.1" } };
    const end = await root.submit(request({ "/etc/new": { content: "1" } }, { archives }));
    expect(end).toMatchObject({ result: "failed" });
    expect(end.error).toContain("The archive of guestbook 1.1 is damaged and cannot be unpacked");
    expect(await root.read(`${path}/main.py`)).toBe("1.0");
    const ignored = (name: string) => name.includes("holdfast/archives") || name.includes("var/log");
    const kept = ([name]: [string, string]) => !ignored(name);
    expect(Object.entries(await snapshot(root)).filter(kept)).toEqual(Object.entries(before).filter(kept));
  });

  test.each(["mkfifo pipe", ...(process.getuid?.() === 0 ? ["mknod disk b 7 0", "mknod null c 1 3"] : [])])(
    "with something that is no file: %s",
    async (command) => {
      const { packed, sha256 } = packedBy(`echo 1 >main.py; ${command}`);
      await receive(root, sha256, packed);
      const archives = { [path]: { sha256, ...ownerOf(), label: "guestbook 1.1" } };
      const end = await root.submit(request({}, { archives }));
      expect(end).toMatchObject({ result: "failed" });
      expect(end.error).toContain(`The archive of guestbook 1.1 has '${command.split(" ")[1]}', which is no file`);
      expect(await root.read(`${path}/main.py`)).toBe("1.0");
    },
  );

  test.each<[string, RegExp, () => { packed: Buffer; sha256: string }]>([
    ["a few kilobytes that become 15 TiB", /unpacks to more than 16384 MiB/, () => packedBy("truncate -s 15T a", "-S")],
    ["a million names", /has more than 500000 files/, manyFiles],
  ])("%s", async (_what, reason, make) => {
    const { packed, sha256 } = make();
    await receive(root, sha256, packed);
    const archives = { [path]: { sha256, ...ownerOf(), label: "guestbook 1.1" } };
    const end = await root.submit(request({}, { archives }));
    expect(end).toMatchObject({ result: "failed" });
    expect(end.error).toMatch(reason);
    expect(await root.read(`${path}/main.py`)).toBe("1.0");
    const left = await readdir(join(root.path, "var/lib/holdfast/archives"));
    expect(left.filter((name) => name.includes(sha256))).toEqual([]);
  });

  test("cut on its way, when its checksum is of the tar inside", async () => {
    const { packed } = tinyArchive("main.py", "cut");
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 12, 24);
    expect((await receive(root, "1".repeat(64), damaged, "tar"))?.error).toContain("arrived damaged");
  });
});
