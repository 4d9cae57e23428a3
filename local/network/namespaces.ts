import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { run, tryRun } from "../machines/command";

const FOLDER = "/run/netns";

/** Names of all network namespaces that start with this. */
export function namespacesWithPrefix(prefix: string): string[] {
  return existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.startsWith(prefix)) : [];
}

/** Makes a network namespace with its loopback interface up. */
export async function ensureNamespace(name: string): Promise<void> {
  if (!namespaceExists(name)) {
    // Left by an `ip netns add` that was cut between its two steps: a plain file, of no use to anybody.
    rmSync(`${FOLDER}/${name}`, { force: true });
    await run("ip", ["netns", "add", name]);
  }
  await run("ip", ["-n", name, "link", "set", "lo", "up"]);
}

/** With every interface in it; nothing to do where there is none. */
export async function removeNamespace(name: string): Promise<void> {
  rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
  if (namespaceExists(name)) await run("ip", ["netns", "delete", name]);
  else rmSync(`${FOLDER}/${name}`, { force: true });
}

function namespaceExists(name: string): boolean {
  return readFileSync("/proc/self/mounts", "utf8").includes(` ${FOLDER}/${name} `);
}

/** Runs `ip` commands in a namespace, in order, up to the first that fails. */
export async function ipBatch(namespace: string, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return;
  await run("ip", ["-n", namespace, "-batch", "-"], { input: `${commands.join("\n")}\n` });
}

/** Runs a command inside a namespace. */
export async function runIn(namespace: string, command: readonly string[], input?: string): Promise<string> {
  return run("ip", ["netns", "exec", namespace, ...command], input === undefined ? {} : { input });
}

/** Loads nftables rules in a namespace: all of them or, when one is wrong, none. */
export async function loadRules(namespace: string, ruleset: string): Promise<void> {
  await runIn(namespace, ["nft", "-f", "-"], ruleset);
}

/** An interface, as `ip -json link` prints it. */
export interface Link {
  readonly name: string;
  readonly mac: string;
  readonly alias?: string;
}

/** Interfaces of a namespace; none when there is no such namespace. */
export async function linksOf(namespace: string): Promise<Link[]> {
  const result = await tryRun("ip", ["-n", namespace, "-json", "link", "show"]);
  if (result.code !== 0) return [];
  return (JSON.parse(result.stdout) as { ifname: string; address?: string; ifalias?: string }[]).map((link) => ({
    name: link.ifname,
    mac: link.address ?? "",
    ...(link.ifalias === undefined ? {} : { alias: link.ifalias }),
  }));
}

/** Nothing to do where there is none. */
export async function removeLink(namespace: string, name: string): Promise<void> {
  if ((await linksOf(namespace)).some((link) => link.name === name)) {
    await run("ip", ["-n", namespace, "link", "delete", name]);
  }
}
