import { messageOf } from "../../../lib/errors";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { hashOfFolder, packFolder } from "./folder";

/** The form of which a checksum is taken: a compressed file as it is, or a tar, which may be packed from a folder. */
export type ArchiveForm = "tar" | "tar.gz" | "tar.zst";

/**
 * SHA-256 (hexadecimal) of an archive's source, as `ArchiveInput.sha256` wants it.
 *
 * @param source a folder, a .tar, a .tar.gz or a .tar.zst
 * @throws when it is none of them, or cannot be read
 */
export async function hashOfArchive(source: string): Promise<string> {
  if (await isFolder(source)) return hashOfFolder(source);
  await formOf(source);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(source) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}

/** The source as a compressed tar, ready to be sent. */
export async function openArchive(source: string): Promise<{ form: ArchiveForm; stream: Readable }> {
  const form = await formOf(source);
  if (form !== "tar") return { form, stream: createReadStream(source) };
  const packed = (await isFolder(source)) ? Readable.from(packFolder(source)) : createReadStream(source);
  const stream = createGzip();
  packed.on("error", (error: Error) => stream.destroy(error));
  return { form, stream: packed.pipe(stream) };
}

/** Whether the machine needs Debian's zstd to unpack it. */
export function isZstd(source: string): boolean {
  return source.endsWith(".tar.zst");
}

async function formOf(source: string): Promise<ArchiveForm> {
  if ((await isFolder(source)) || source.endsWith(".tar")) return "tar";
  if (/\.(tar\.gz|tgz)$/.test(source)) return "tar.gz";
  if (isZstd(source)) return "tar.zst";
  throw new Error(`${source} is neither a folder nor a .tar, .tar.gz or .tar.zst; pack it, or name the folder.`);
}

async function isFolder(source: string): Promise<boolean> {
  const status = await stat(source).catch((error: unknown) => {
    throw new Error(`The archive ${source} cannot be read: ${messageOf(error)}`);
  });
  if (status.isDirectory()) return true;
  if (status.isFile()) return false;
  throw new Error(`${source} is neither a file nor a folder.`);
}
