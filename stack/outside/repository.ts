import { createDecipheriv, createHash } from "node:crypto";
import type { RepositoryKey } from "../../roles/database/backup/key";
import { stanza } from "../../roles/database/backup/paths";
import type { Storage } from "./storage";

/** A backup, as the storage shows it. */
export interface StoredBackup {
  /** pgBackRest's, e.g. `20261124-010203F`. */
  readonly label: string;
  readonly kind: string;
  /** Seconds since 1970: when it was done; of a backup that only its folder tells of, when it began. */
  readonly time: number;
  /** Bytes of the database; unknown where the list of backups cannot be read. */
  readonly size?: number;
  /** Bytes that the backup added to the storage. */
  readonly stored?: number;
  /** Whether its folder has the list of its files. */
  readonly hasFiles: boolean;
}

/** A repository of pgBackRest, looked at without pgBackRest. */
export interface StoredRepository {
  readonly place: string;
  /** Whether the encrypted list of backups is there and opens with the passphrase. */
  readonly list: "read" | "missing" | "unreadable";
  /** The oldest first. */
  readonly backups: readonly StoredBackup[];
  /** The last WAL that arrived; `time` by the storage's clock, in seconds since 1970. */
  readonly newestWal?: { readonly segment: string; readonly time: number };
}

/** @throws when the storage fails */
export async function readRepository(
  storage: Storage,
  { path, passphrase }: Pick<RepositoryKey, "path" | "passphrase">,
): Promise<StoredRepository> {
  const folder = `${path}/backup/${stanza}`;
  const folders = (await storage.entries(folder)).filter(({ isFolder, name }) => isFolder && labelForm.test(name));
  const list = await readList(storage, folder, passphrase);
  const known = typeof list === "string" ? folders.map(({ name }) => byFolder(name)) : list;
  const backups: StoredBackup[] = [];
  for (const backup of known) {
    const files = folders.some(({ name }) => name === backup.label)
      ? await storage.entries(`${folder}/${backup.label}`)
      : [];
    backups.push({ ...backup, hasFiles: files.some(({ name }) => name === "backup.manifest") });
  }
  const newestWal = await findNewestWal(storage, `${path}/archive/${stanza}`);
  return {
    place: storage.name,
    list: typeof list === "string" ? list : "read",
    backups: backups.sort((one, other) => one.time - other.time),
    ...(newestWal && { newestWal }),
  };
}

type Listed = Omit<StoredBackup, "hasFiles">;

/** A full backup; for others, the one that they are based on comes first. */
const labelForm = /^\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?$/;
const kinds: Readonly<Record<string, string>> = { F: "full", D: "diff", I: "incr" };

function byFolder(label: string): Listed {
  const [, year, month, day, hour, minute, second, kind = ""] =
    /(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)([FDI])$/.exec(label) ?? [];
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return { label, kind: kinds[kind] ?? kind, time: time / 1000 };
}

/** pgBackRest keeps the list twice, in case that writing is cut. */
async function readList(
  storage: Storage,
  folder: string,
  passphrase: string,
): Promise<Listed[] | "missing" | "unreadable"> {
  let result: "missing" | "unreadable" = "missing";
  for (const name of ["backup.info", "backup.info.copy"]) {
    const content = await storage.read(`${folder}/${name}`);
    if (content === undefined) continue;
    try {
      return parseList(decrypt(content, passphrase).toString("utf8"));
    } catch {
      result = "unreadable";
    }
  }
  return result;
}

interface InfoOfBackup {
  readonly "backup-type": string;
  readonly "backup-timestamp-stop": number;
  readonly "backup-info-size": number;
  readonly "backup-info-repo-size-delta": number;
}

/** The list is sections of `name=JSON`. */
function parseList(text: string): Listed[] {
  if (!text.startsWith("[")) throw new Error("this is not a list of backups");
  const section = text.split("\n\n").find((part) => part.startsWith("[backup:current]\n")) ?? "";
  return section
    .split("\n")
    .filter((line) => labelForm.test(line.slice(0, line.indexOf("="))))
    .map((line) => {
      const equals = line.indexOf("=");
      const info = JSON.parse(line.slice(equals + 1)) as InfoOfBackup;
      return {
        label: line.slice(0, equals),
        kind: info["backup-type"],
        time: info["backup-timestamp-stop"],
        size: info["backup-info-size"],
        stored: info["backup-info-repo-size-delta"],
      };
    });
}

/** pgBackRest encrypts in the form of `openssl enc -aes-256-cbc -md sha1`. @throws with another passphrase */
export function decrypt(content: Buffer, passphrase: string): Buffer {
  if (content.subarray(0, 8).toString("latin1") !== "Salted__") throw new Error("this is not encrypted");
  const salt = content.subarray(8, 16);
  let derived = Buffer.alloc(0);
  for (let last = Buffer.alloc(0); derived.length < 48; derived = Buffer.concat([derived, last])) {
    last = createHash("sha1")
      .update(Buffer.concat([last, Buffer.from(passphrase), salt]))
      .digest();
  }
  const decipher = createDecipheriv("aes-256-cbc", derived.subarray(0, 32), derived.subarray(32, 48));
  return Buffer.concat([decipher.update(content.subarray(16)), decipher.final()]);
}

/** WAL is in folders by the first part of its name, which grows with time; so few of them have to be listed. */
async function findNewestWal(storage: Storage, folder: string): Promise<StoredRepository["newestWal"]> {
  const archives = (await storage.entries(folder)).flatMap(({ name, isFolder }) => {
    const [, number] = /^\d+-(\d+)$/.exec(name) ?? [];
    return isFolder && number !== undefined ? [{ name, number: Number(number) }] : [];
  });
  const archive = archives.sort((one, other) => other.number - one.number)[0];
  if (!archive) return undefined;
  const parts = (await storage.entries(`${folder}/${archive.name}`))
    .filter(({ name, isFolder }) => isFolder && /^[0-9A-F]{16}$/.test(name))
    .map(({ name }) => name)
    .sort()
    .slice(-2);
  const segments = (
    await Promise.all(parts.map((part) => storage.entries(`${folder}/${archive.name}/${part}`)))
  ).flat();
  const newest = segments
    .filter(({ name }) => /^[0-9A-F]{24}-/.test(name))
    .sort((one, other) => other.modified - one.modified)[0];
  return newest && { segment: newest.name.slice(0, 24), time: newest.modified };
}
