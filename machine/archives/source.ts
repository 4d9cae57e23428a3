import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { hashOfFolder, packFolder } from "./folder";

/** What a checksum is of: a `.tar.gz` as it is, or the tar that a folder is packed into. */
export type ArchiveForm = "tar" | "tar.gz";

/**
 * SHA-256 (hexadecimal) of an archive's source, as `ArchiveInput.sha256` wants it.
 *
 * @param source a folder or a .tar.gz
 * @throws when it is neither, or cannot be read
 */
export async function hashOfArchive(source: string): Promise<string> {
  if ((await formOf(source)) === "tar") return hashOfFolder(source);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(source) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}

/** The source as a gzipped tar, ready to be sent. */
export async function openArchive(source: string): Promise<{ form: ArchiveForm; stream: Readable }> {
  const form = await formOf(source);
  if (form === "tar.gz") return { form, stream: createReadStream(source) };
  const packed = Readable.from(packFolder(source));
  const stream = createGzip();
  packed.on("error", (error) => stream.destroy(error));
  return { form, stream: packed.pipe(stream) };
}

async function formOf(source: string): Promise<ArchiveForm> {
  const status = await stat(source).catch((error: unknown) => {
    throw new Error(`The archive ${source} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (status.isDirectory()) return "tar";
  if (status.isFile() && /\.(tar\.gz|tgz)$/.test(source)) return "tar.gz";
  throw new Error(`${source} is neither a folder nor a .tar.gz; pack it, or name the folder.`);
}
