import { existsSync, mkdirSync } from "node:fs";
import { readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir } from "../toolchain/cacheDir";
import { hashOfArchive } from "../provider/machine/archives/source";

/** Tars that stay in the cache, the last used ones. */
const kept = 20;

/** The folder of decompressed releases, named by their checksum. It may be deleted at any time. */
export function releaseCache(): string {
  const folder = join(cacheDir(), "releases");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Where the cache keeps the tar with this checksum. */
export function cachedTar(sha256: string): string {
  return join(releaseCache(), `${sha256}.tar`);
}

/** The tar with this checksum, if the cache has it undamaged. */
export async function findInCache(sha256: string): Promise<string | undefined> {
  const tar = cachedTar(sha256);
  return existsSync(tar) && (await hashOfArchive(tar)) === sha256 ? tar : undefined;
}

/** The same, by the checksum of the compressed file that was downloaded. */
export async function findDownload(fileSha256: string): Promise<string | undefined> {
  const sha256 = await readFile(downloadNote(fileSha256), "utf8").catch(() => undefined);
  return sha256 === undefined ? undefined : findInCache(sha256);
}

export async function noteDownload(fileSha256: string, tarSha256: string): Promise<void> {
  await writeFile(downloadNote(fileSha256), tarSha256);
}

function downloadNote(fileSha256: string): string {
  return join(releaseCache(), `${fileSha256}.download`);
}

/** Marks a tar in the cache as used, and removes those that were not used for the longest time. */
export async function touchCache(tar: string): Promise<void> {
  const now = new Date();
  await utimes(tar, now, now);
  const folder = releaseCache();
  const names = (await readdir(folder)).filter((name) => name.endsWith(".tar"));
  const used = await Promise.all(names.map(async (name) => ({ name, at: await lastUse(join(folder, name)) })));
  const old = used.sort((a, b) => b.at - a.at).slice(kept);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

/** Another run may have removed it just now. */
async function lastUse(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
