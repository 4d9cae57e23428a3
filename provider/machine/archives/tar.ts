/** An entry of a tar. Times and owners are fixed, so that the same folder gives the same bytes. */
export interface TarEntry {
  /** Relative, with `/` between the parts. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
  /** Bytes of a file; 0 for the others. */
  readonly size: number;
  readonly target?: string;
}

const BLOCK = 512;
const types = { file: "0", folder: "5", link: "2" } as const;
/** Longer names go into an extended header before the entry. */
const longestName = 100;
/** Largest number in eleven octal digits. */
const largestSize = 8 ** 11 - 1;

/** The header of an entry (POSIX.1-2001 pax interchange format), with an extended one where the name needs it. */
export function tarHeader(entry: TarEntry): Buffer {
  if (entry.size > largestSize) throw new Error(`${entry.path} is larger than 8 GiB; that does not fit a tar header.`);
  const path = entry.kind === "folder" ? `${entry.path}/` : entry.path;
  const records: string[] = [];
  if (Buffer.byteLength(path) > longestName) records.push(paxRecord("path", path));
  if (Buffer.byteLength(entry.target ?? "") > longestName) records.push(paxRecord("linkpath", entry.target ?? ""));
  const header = plainHeader(path, types[entry.kind], entry.mode, entry.size, entry.target);
  if (records.length === 0) return header;
  const extended = Buffer.from(records.join(""));
  return Buffer.concat([
    plainHeader("pax", "x", 0o644, extended.length),
    extended,
    tarPadding(extended.length),
    header,
  ]);
}

/** Zeros up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Two empty blocks. */
export const tarEnd = Buffer.alloc(2 * BLOCK);

function plainHeader(path: string, type: string, mode: number, size: number, target = ""): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  Buffer.from(path).copy(header, 0, 0, longestName);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108); // owner: the machine decides
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136); // time of change: would make each checkout another archive
  header.write(" ".repeat(8), 148);
  header.write(type, 156);
  Buffer.from(target).copy(header, 157, 0, longestName);
  header.write("ustar\x0000", 257);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${String(length)} ${key}=${value}\n`;
}
