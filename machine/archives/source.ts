import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { hashOfFolder, packFolder } from "./folder";

/** What a checksum is of: a `.tar.gz` as it is, or a tar, which may be packed from a folder on the way. */
export type ArchiveForm = "tar" | "tar.gz";

/**
 * SHA-256 (hexadecimal) of an archive's source, as `ArchiveInput.sha256` wants it.
 *
 * @param source a folder, a .tar or a .tar.gz
 * @throws when it is none of them, or cannot be read
 */
export async function hashOfArchive(source: string): Promise<string> {
  if (await isFolder(source)) return hashOfFolder(source);
  await formOf(source);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(source) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}

/** The source as a gzipped tar, ready to be sent. */
export async function openArchive(source: string): Promise<{ form: ArchiveForm; stream: Readable }> {
  const form = await formOf(source);
  if (form === "tar.gz") return { form, stream: createReadStream(source) };
  const packed = (await isFolder(source)) ? Readable.from(packFolder(source)) : createReadStream(source);
  const stream = createGzip();
  packed.on("error", (error) => stream.destroy(error));
  return { form, stream: packed.pipe(stream) };
}

async function formOf(source: string): Promise<ArchiveForm> {
  if ((await isFolder(source)) || source.endsWith(".tar")) return "tar";
  if (/\.(tar\.gz|tgz)$/.test(source)) return "tar.gz";
  throw new Error(`${source} is neither a folder, a .tar nor a .tar.gz; pack it, or name the folder.`);
}

async function isFolder(source: string): Promise<boolean> {
  const status = await stat(source).catch((error: unknown) => {
    throw new Error(`The archive ${source} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (status.isDirectory()) return true;
  if (status.isFile()) return false;
  throw new Error(`${source} is neither a file nor a folder.`);
}
