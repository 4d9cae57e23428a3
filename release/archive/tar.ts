import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";
import { ReleaseError } from "../errors";

/** Checksums of a packed release, both SHA-256 in hexadecimal. */
export interface Checksums {
  /** Of the file as it lies there: what `sha256sum` prints. */
  readonly file: string;
  /** Of the tar in it: the identity of a release, however it is compressed. */
  readonly tar: string;
}

/**
 * Takes the compression off a packed release.
 *
 * @param packed its ending tells how it is compressed
 * @param thing what people call it, for errors
 * @param to where the tar goes
 * @throws ReleaseError when it is damaged
 */
export async function decompress(packed: string, thing: string, to: string): Promise<Checksums> {
  const [ofFile, ofTar] = [createHash("sha256"), createHash("sha256")];
  try {
    await pipeline(
      createReadStream(packed),
      tap((chunk) => ofFile.update(chunk)),
      decompression(packed),
      tap((chunk) => ofTar.update(chunk)),
      createWriteStream(to, { mode: 0o600 }),
    );
  } catch (error) {
    throw new ReleaseError(thing, damaged((error as Error).message));
  }
  return { file: ofFile.digest("hex"), tar: ofTar.digest("hex") };
}

export function damaged(reason: string) {
  return {
    wrong: `is damaged or not what its ending says: ${reason}`,
    why: "an incomplete release cannot run",
    fix: "build or fetch it once more",
  };
}

function decompression(name: string): Transform {
  if (/\.(tar\.gz|tgz)$/.test(name)) return createGunzip();
  return name.endsWith(".tar.zst") ? new Unzstd() : tap(() => undefined);
}

/** Lets everything through and shows it to somebody. */
function tap(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk);
      done(null, chunk);
    },
  });
}

/** Node 20 has no zstd of its own. */
class Unzstd extends Transform {
  private readonly inner = new Decompress((chunk) => this.push(chunk));

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.feed(chunk, false, done);
  }

  override _flush(done: TransformCallback): void {
    this.feed(new Uint8Array(0), true, done);
  }

  private feed(chunk: Uint8Array, last: boolean, done: TransformCallback): void {
    try {
      this.inner.push(chunk, last);
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
