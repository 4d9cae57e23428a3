import { execFileSync } from "node:child_process";
import type { Entry } from "../../../release/store/sftp/files";
import { decrypt, readRepository } from "../../../stack/outside/repository";
import { problemsOf } from "../../../stack/outside/look";
import type { Storage } from "../../../stack/outside/storage";

const key = { path: "/home/holdfast-prod", passphrase: "of this test alone" };
const folder = `${key.path}/backup/main`;
const archive = `${key.path}/archive/main`;
const full = "20261124-010203F";
const diff = `${full}_20261125-010203D`;
const noon = Date.UTC(2026, 10, 25, 12) / 1000;

/** As pgBackRest writes it; the real ones are read in tests/rehearsal/secondProject.test.ts. */
const list = `[backrest]
backrest-format=5

[backup:current]
${full}={"backup-type":"full","backup-timestamp-stop":${noon - 36 * 3600},"backup-info-size":4096,"backup-info-repo-size-delta":1024}
${diff}={"backup-type":"diff","backup-timestamp-stop":${noon - 10 * 3600},"backup-info-size":4096,"backup-info-repo-size-delta":512}

[db]
db-id=1
`;

function encrypted(text: string, passphrase = key.passphrase): Buffer {
  return execFileSync("openssl", ["enc", "-aes-256-cbc", "-md", "sha1", "-k", passphrase], {
    input: text,
    stdio: ["pipe", "pipe", "ignore"],
  });
}

/** A storage with these files, each with its time. */
function storage(files: Readonly<Record<string, Buffer | number>>): Storage {
  return {
    name: "the box",
    read: (path) => Promise.resolve(Buffer.isBuffer(files[path]) ? files[path] : undefined),
    entries(inside) {
      const entries = Object.entries(files).flatMap(([path, content]): Entry[] => {
        if (!path.startsWith(`${inside}/`)) return [];
        const [name = "", ...rest] = path.slice(inside.length + 1).split("/");
        const modified = typeof content === "number" ? content : 0;
        return [{ name, modified, size: 0, isFolder: rest.length > 0 }];
      });
      return Promise.resolve([...new Map(entries.map((entry) => [entry.name, entry])).values()]);
    },
  };
}

const segment = (number: number) => `00000001000000A2000000${number.toString(16).toUpperCase().padStart(2, "0")}`;
const whole = {
  [`${folder}/backup.info`]: encrypted(list),
  [`${folder}/${full}/backup.manifest`]: 0,
  [`${folder}/${diff}/backup.manifest`]: 0,
  [`${archive}/17-1/00000001000000A1/00000001000000A1000000FF-${"a".repeat(40)}.zst`]: noon - 900,
  [`${archive}/17-1/00000001000000A2/${segment(1)}-${"b".repeat(40)}.zst`]: noon - 60,
  [`${archive}/17-1/00000001000000A2/${segment(2)}-${"c".repeat(40)}.zst`]: noon - 30,
};

test("what OpenSSL encrypted is read, and nothing with another passphrase", () => {
  expect(decrypt(encrypted("text"), key.passphrase).toString()).toBe("text");
  expect(() => decrypt(Buffer.from("plain"), key.passphrase)).toThrow("not encrypted");
});

test("backups with their sizes, and the newest WAL", async () => {
  const seen = await readRepository(storage(whole), key);
  expect(seen).toMatchObject({
    list: "read",
    backups: [
      { label: full, kind: "full", size: 4096, stored: 1024, hasFiles: true },
      { label: diff, kind: "diff", hasFiles: true },
    ],
    newestWal: { segment: segment(2), time: noon - 30 },
  });
  expect(problemsOf(seen, noon)).toEqual([]);
});

test("a list that does not open is told; folders tell the rest", async () => {
  const seen = await readRepository(storage({ ...whole, [`${folder}/backup.info`]: encrypted(list, "other") }), key);
  expect(seen).toMatchObject({
    list: "unreadable",
    backups: [
      { label: full, time: Date.UTC(2026, 10, 24, 1, 2, 3) / 1000 },
      { label: diff, kind: "diff" },
    ],
  });
  expect(problemsOf(seen, noon)).toEqual([expect.stringContaining("does not open with the key")]);
});

test("the list's copy counts where the list itself is cut", async () => {
  const cut = {
    ...whole,
    [`${folder}/backup.info`]: encrypted(list).subarray(0, 40),
    [`${folder}/backup.info.copy`]: encrypted(list),
  };
  expect((await readRepository(storage(cut), key)).list).toBe("read");
});

test("backups without their files are named", async () => {
  const rest = Object.entries(whole).filter(([path]) => path !== `${folder}/${diff}/backup.manifest`);
  const seen = await readRepository(storage(Object.fromEntries(rest)), key);
  expect(problemsOf(seen, noon)).toEqual([
    `the box lacks the files of ${diff}`,
    expect.stringMatching(/^the newest backup on the box is 36 h old/),
  ]);
});

test("a wiped repository has nothing", async () => {
  expect(problemsOf(await readRepository(storage({}), key), noon)).toEqual([
    expect.stringContaining("has no list of backups"),
    "the box has no backup",
    "the box has no WAL",
  ]);
});

test("WAL that stopped arriving hours ago", async () => {
  expect(problemsOf(await readRepository(storage(whole), key), noon + 3 * 3600)).toEqual([
    expect.stringMatching(/^the newest WAL on the box is 3 h old/),
  ]);
});
