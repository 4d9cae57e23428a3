import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { RoleFile } from "./types";

/** What all our programs on machines share. Each gets a copy, and so changes together with it. */
const library = join(__dirname, "../provider/machine/onMachine/common.py");

/**
 * A Python program as its folder on the machine, the shared library in it.
 *
 * @param source folder of its modules in this repository
 * @param target folder on the machine
 */
export function programFolder(source: string, target: string): Record<string, RoleFile> {
  const modules = readdirSync(source).filter((name) => name.endsWith(".py"));
  const paths = [...modules.sort().map((name) => join(source, name)), library];
  return Object.fromEntries(
    paths.map((path) => [`${target}/${basename(path)}`, { content: readFileSync(path, "utf8") }]),
  );
}
