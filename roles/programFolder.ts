import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { RoleFile } from "./types";

/** What programs on machines share lies here. */
const shared = join(__dirname, "../provider/machine/onMachine");

/**
 * A Python program as its folder on the machine. Each gets a copy of the shared library, and so changes together with it.
 *
 * @param source folder of its modules in this repository
 * @param target folder on the machine
 * @param more shared modules that it needs beside `common.py`
 */
export function programFolder(source: string, target: string, more: readonly string[] = []): Record<string, RoleFile> {
  const modules = readdirSync(source).filter((name) => name.endsWith(".py"));
  const paths = [
    ...modules.sort().map((name) => join(source, name)),
    ...["common.py", ...more].map((name) => join(shared, name)),
  ];
  return Object.fromEntries(
    paths.map((path) => [`${target}/${basename(path)}`, { content: readFileSync(path, "utf8") }]),
  );
}
