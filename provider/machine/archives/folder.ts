import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { tarEnd, tarHeader, tarPadding, type TarEntry } from "./tar";

/** Never part of a release: history, and what Python writes beside its sources while they run. */
export const skipped: ReadonlySet<string> = new Set([".git", "__pycache__"]);

/**
 * SHA-256 (hexadecimal) of a folder: names, contents, links and executable bits, not times or owners.
 *
 * @throws when the folder cannot be read, or holds something that is neither file, folder nor link
 */
export async function hashOfFolder(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of packFolder(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** The folder as a tar: the same content gives the same bytes on every computer. It includes `node_modules`. */
export async function* packFolder(root: string): AsyncGenerator<Buffer> {
  for await (const entry of entriesOf(root, "")) {
    yield tarHeader(entry);
    if (entry.kind === "file") yield* contentOf(join(root, entry.path), entry.size);
  }
  yield tarEnd;
}

async function* contentOf(path: string, size: number): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > size) break;
    yield chunk;
  }
  if (read !== size) throw new Error(`${path} changed its size while it was packed; try again when nothing writes it.`);
  yield tarPadding(size);
}

/** Sorted by code units: file systems have different orders. */
async function* entriesOf(root: string, below: string): AsyncGenerator<TarEntry> {
  const names = (await readdir(join(root, below))).filter((name) => !skipped.has(name)).sort();
  for (const name of names) {
    const path = below ? `${below}/${name}` : name;
    const status = await lstat(join(root, path));
    if (status.isDirectory()) {
      yield { path, kind: "folder", mode: 0o755, size: 0 };
      yield* entriesOf(root, path);
    } else if (status.isSymbolicLink()) {
      yield { path, kind: "link", mode: 0o777, size: 0, target: await readlink(join(root, path)) };
    } else if (status.isFile()) {
      // The executable bit only, as in git: another umask is no other release.
      yield { path, kind: "file", mode: status.mode & 0o100 ? 0o755 : 0o644, size: status.size };
    } else {
      throw new Error(`${join(root, path)} is neither a file, a folder nor a link; it cannot be part of an archive.`);
    }
  }
}
