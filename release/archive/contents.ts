import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";
import { type Contents, type Entry, headSize } from "../contents";
import { ReleaseError } from "../errors";
import { damaged } from "./tar";

/** Bytes; more than that no person writes into a manifest. */
const largest = 1 << 20;

/**
 * What is in a tar, and the text of its holdfast.yaml. The whole tar is read, so that one that is cut or damaged is found
 * here and not on a machine.
 *
 * @param thing what people call the release, for errors
 * @throws ReleaseError when the tar is damaged or has no manifest at its top
 */
export async function contentsOfTar(tar: string, thing: string): Promise<Contents & { readonly manifest: string }> {
  const chunks: Buffer[] = [];
  const entries = new Map<string, Entry>();
  const heads = new Map<string, string>();
  let hasEnd = false;
  const parser = new Parser({
    strict: true,
    onReadEntry(entry: ReadEntry) {
      const path = entry.path.replace(/^(\.\/)+/, "").replace(/\/$/, "");
      if (path !== "") entries.set(path, entryOf(entry));
      entry.on("data", (chunk: Buffer) => {
        if (!heads.has(path)) heads.set(path, chunk.toString("latin1", 0, headSize));
        if (path === "holdfast.yaml" && entry.type === "File" && entry.size <= largest) chunks.push(chunk);
      });
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
  if (chunks.length > 0) {
    const manifest = Buffer.concat(chunks).toString("utf8");
    return { manifest, entries, head: (path) => Promise.resolve(heads.get(path) ?? "") };
  }
  const deeper = [...entries.keys()].find((path) => /^[^/]+\/holdfast\.yaml$/.test(path));
  throw new ReleaseError(thing, {
    wrong: deeper ? `has its manifest at ${deeper}, not at its top` : "has no holdfast.yaml",
    why: "a release tells in holdfast.yaml how an instance is started and what it needs",
    fix: "build it with `npx holdfast release build DIR`, or pack what is in the folder, not the folder: `tar -C DIR -czf FILE .`",
  });
}

function entryOf({ type, mode = 0, linkpath }: ReadEntry): Entry {
  switch (type) {
    case "File":
    case "OldFile":
    case "ContiguousFile":
    case "Link": // a hard link: the machine sees that it leads to a file of the release
      return { kind: "file", executable: (mode & 0o100) !== 0 };
    case "Directory":
    case "GNUDumpDir":
      return { kind: "folder" };
    case "SymbolicLink":
      return { kind: "link", target: linkpath };
    default:
      return { kind: "other" };
  }
}
