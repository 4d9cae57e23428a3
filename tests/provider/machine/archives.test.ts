import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { hashOfFolder, packFolder } from "../../../provider/machine/archives/folder";
import { hashOfArchive, openArchive } from "../../../provider/machine/archives/source";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-archive-"))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function fill(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

describe("the hash of a folder", () => {
  test("does not know when, by whom or in which order its files were made", async () => {
    const one = fill("one", { "a/b.txt": "1", "a.txt": "2" });
    const other = fill("other", { "a.txt": "2", "a/b.txt": "1" });
    utimesSync(join(other, "a.txt"), 1, 1);
    chmodSync(join(other, "a.txt"), 0o600);
    expect(await hashOfFolder(other)).toBe(await hashOfFolder(one));
  });

  test.each([
    [
      "a content",
      (root: string) => {
        writeFileSync(join(root, "a"), "other");
      },
    ],
    [
      "a name",
      (root: string) => {
        writeFileSync(join(root, "b"), "1");
        rmSync(join(root, "a"));
      },
    ],
    [
      "who may execute",
      (root: string) => {
        chmodSync(join(root, "a"), 0o755);
      },
    ],
    [
      "an empty folder",
      (root: string) => {
        mkdirSync(join(root, "empty"));
      },
    ],
    [
      "where a link leads",
      (root: string) => {
        symlinkSync("a", join(root, "link"));
      },
    ],
  ])("knows %s", async (_what, change) => {
    const root = fill("root", { a: "1" });
    const before = await hashOfFolder(root);
    change(root);
    expect(await hashOfFolder(root)).not.toBe(before);
  });

  test("leaves out history and compiled Python", async () => {
    const bare = await hashOfFolder(fill("bare", { "app.py": "1" }));
    expect(await hashOfFolder(fill("full", { "app.py": "1", ".git/HEAD": "x", "__pycache__/app.pyc": "y" }))).toBe(
      bare,
    );
  });
});

describe("a packed folder", () => {
  test("is what tar unpacks again: long names, links, modes, any text", async () => {
    const long = `${"deep/".repeat(30)}${"n".repeat(120)}`;
    const root = fill("root", { [long]: "long", "run.sh": "#!/bin/sh\n", empty: "" });
    chmodSync(join(root, "run.sh"), 0o755);
    symlinkSync(`../${"t".repeat(150)}`, join(root, "link"));
    const unpacked = await unpack(root);
    expect(readFileSync(join(unpacked, long), "utf8")).toBe("long");
    expect(readlinkSync(join(unpacked, "link"))).toBe(`../${"t".repeat(150)}`);
    expect(await hashOfFolder(unpacked)).toBe(await hashOfFolder(root));
  });

  test("whatever its files are called and hold", async () => {
    const name = fc.stringMatching(/^[A-Za-z0-9äß _-]{1,60}$/).filter((text) => text.trim() !== "");
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, fc.string({ maxLength: 2000 }), { maxKeys: 8, noNullPrototype: true }),
        async (files) => {
          const root = fill("property", files);
          try {
            const unpacked = await unpack(root);
            expect(await hashOfFolder(unpacked)).toBe(await hashOfFolder(root));
            rmSync(unpacked, { recursive: true });
          } finally {
            rmSync(root, { recursive: true });
          }
        },
      ),
      { numRuns: 20 },
    );
  }, 60_000);

  test("has the checksum that the machine will find: of the tar, whatever the compression", async () => {
    const root = fill("root", { a: "1" });
    expect(await hashOfArchive(root)).toBe(await hashOfFolder(root));
    const packed = join(folder, "release.tar.gz");
    execFileSync("tar", ["-czf", packed, "-C", root, "."]);
    const hash = createHash("sha256").update(readFileSync(packed)).digest("hex");
    expect(await hashOfArchive(packed)).toBe(hash);
    const { form, stream } = await openArchive(packed);
    expect(form).toBe("tar.gz");
    for await (const chunk of stream) expect(chunk).toEqual(readFileSync(packed));
  });

  test("a tar is sent compressed and known by its own checksum, like the folder it was packed from", async () => {
    const root = fill("root", { a: "1" });
    const chunks: Buffer[] = [];
    for await (const chunk of packFolder(root)) chunks.push(chunk);
    const tar = join(folder, "release.tar");
    writeFileSync(tar, Buffer.concat(chunks));
    expect(await hashOfArchive(tar)).toBe(await hashOfFolder(root));
    const { form, stream } = await openArchive(tar);
    const sent: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) sent.push(chunk);
    expect(form).toBe("tar");
    expect(gunzipSync(Buffer.concat(sent))).toEqual(readFileSync(tar));
  });

  test("anything else is refused by name", async () => {
    const file = join(fill("root", { "notes.txt": "1" }), "notes.txt");
    await expect(hashOfArchive(file)).rejects.toThrow(`${file} is neither a folder nor a .tar, .tar.gz or .tar.zst`);
    await expect(hashOfArchive(join(folder, "missing"))).rejects.toThrow("cannot be read");
  });
});

async function unpack(root: string): Promise<string> {
  const { stream } = await openArchive(root);
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  const target = mkdtempSync(join(folder, "unpacked-"));
  execFileSync("tar", ["-xz", "-C", target], { input: Buffer.concat(chunks) });
  return target;
}
