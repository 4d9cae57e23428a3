import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";
import { ReleaseError } from "../errors";
import { damaged } from "./tar";

/** Bytes; more than that no person writes into a manifest. */
const largest = 1 << 20;

/**
 * The text of the holdfast.yaml in a tar. The whole tar is read, so that one that is cut or damaged is found here and not
 * on a machine.
 *
 * @param thing what people call the release, for errors
 * @throws ReleaseError when the tar is damaged or has no manifest at its top
 */
export async function manifestText(tar: string, thing: string): Promise<string> {
  const chunks: Buffer[] = [];
  let deeper: string | undefined;
  let hasEnd = false;
  const parser = new Parser({
    strict: true,
    onReadEntry(entry: ReadEntry) {
      const path = entry.path.replace(/^(\.\/)+/, "");
      if (path === "holdfast.yaml" && entry.type === "File" && entry.size <= largest) {
        entry.on("data", (chunk: Buffer) => chunks.push(chunk));
        return;
      }
      if (path.split("/").length === 2 && path.endsWith("/holdfast.yaml")) deeper = path;
      entry.resume();
    },
  });
  // Without its end, entries may be missing.
  parser.on("eof", () => (hasEnd = true));
  try {
    // Its events and methods are those of a Node stream, its type says less.
    await pipeline(createReadStream(tar), parser as unknown as NodeJS.WritableStream);
  } catch (error) {
    throw new ReleaseError(thing, damaged((error as Error).message));
  }
  if (!hasEnd) throw new ReleaseError(thing, damaged("its end is missing"));
  if (chunks.length > 0) return Buffer.concat(chunks).toString("utf8");
  throw new ReleaseError(thing, {
    wrong: deeper ? `has its manifest at ${deeper}, not at its top` : "has no holdfast.yaml",
    why: "a release tells in holdfast.yaml how an instance is started and what it needs",
    fix: "build it with `npx holdfast release build DIR`, or pack what is in the folder, not the folder: `tar -C DIR -czf FILE .`",
  });
}
