import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** The text of a file, or undefined where it cannot be read: files of processes and devices come and go. */
export function tryRead(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Writes a file so that readers find all of the new content or all of the old, also when this process is killed.
 *
 * @param options `mode` of the file, by default as the umask has it
 */
export function replaceFile(file: string, content: string, options: { readonly mode?: number } = {}): void {
  const unfinished = `${file}.${String(process.pid)}.new`;
  writeFileSync(unfinished, content, options);
  renameSync(unfinished, file);
}
