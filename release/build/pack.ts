import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { packFolder } from "../../provider/machine/archives/folder";

export interface Packed {
  /** SHA-256 of the tar, in hexadecimal. The gzip around it may differ from one zlib to the next, the tar does not. */
  readonly sha256: string;
  /** Bytes of the compressed file. */
  readonly size: number;
}

/**
 * Writes a folder or a tar as a .tar.gz.
 *
 * @throws when something changes in the folder meanwhile
 */
export async function pack(source: string, to: string): Promise<Packed> {
  const hash = createHash("sha256");
  const tar = (await stat(source)).isDirectory() ? packFolder(source) : createReadStream(source);
  await pipeline(Readable.from(watched(tar, hash)), createGzip({ level: 9 }), createWriteStream(to));
  return { sha256: hash.digest("hex"), size: (await stat(to)).size };
}

async function* watched(chunks: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
