import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Hosts that the packages of an apt configuration come from: those that its sources name, in either of apt's two
 * formats.
 *
 * @param root folder of the system whose configuration is read, `/` for this computer
 */
export function packageHosts(root: string): string[] {
  const folder = join(root, "etc/apt/sources.list.d");
  const files = [
    join(root, "etc/apt/sources.list"),
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  return hostsOfSources(files.map((file) => (existsSync(file) ? readFileSync(file, "utf8") : "")).join("\n"));
}

/** Hosts of the HTTP and HTTPS addresses in apt's sources, comments left out, each once. */
export function hostsOfSources(text: string): string[] {
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
  const hosts = lines.flatMap((line) => [...line.matchAll(/\bhttps?:\/\/([^\s/]+)/g)].map((match) => match[1] ?? ""));
  return [...new Set(hosts)].sort();
}
