import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RoleFile } from "./types";

/**
 * A Python program as its folder on the machine.
 *
 * @param source folder of its modules in this repository
 * @param target folder on the machine
 */
export function programFolder(source: string, target: string): Record<string, RoleFile> {
  const modules = readdirSync(source).filter((name) => name.endsWith(".py"));
  return Object.fromEntries(
    modules.sort().map((name) => [`${target}/${name}`, { content: readFileSync(join(source, name), "utf8") }]),
  );
}
