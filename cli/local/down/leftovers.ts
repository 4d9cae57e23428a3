import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { addressPlan } from "../../../local/network/addresses";
import { cloudPrefix, hostInterface } from "../../../local/network/names";
import { run } from "../../../lib/run";
import { pulumisOf } from "../../../stack/pulumi/processes";
import { tryRead } from "../../../lib/files";

/** What could be left of one local cloud, and how to recognise it. */
export interface Leftovers {
  readonly name: string;
  /** The state folder. */
  readonly state: string;
  /** The slot that it had, if any. */
  readonly slot: number | undefined;
}

/** What of a local cloud is still on this computer, each in a few words. */
export async function findLeftovers(traces: Leftovers): Promise<string[]> {
  return [
    ...processes(traces),
    ...pulumisOf(traces.name).map((pid) => `process ${pid}: pulumi`),
    ...mounts(traces),
    ...namespaces(traces),
    ...loopDevices(traces),
    ...controlGroups(traces),
    ...interfaces(traces),
    ...(await routes(traces)),
    ...(existsSync(traces.state) ? [`folder ${traces.state}`] : []),
  ];
}

function processes({ name, state }: Leftovers): string[] {
  return list("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      const ours = command.includes(cloudPrefix(name)) || command.includes(`${state}/`);
      return ours ? [`process ${pid}: ${command.slice(0, 100)}`] : [];
    });
}

function mounts({ name, state }: Leftovers): string[] {
  return read("/proc/self/mountinfo")
    .split("\n")
    .flatMap((line) => {
      const [left = "", right = ""] = line.split(" - ");
      const path = left.split(" ")[4] ?? "";
      const source = right.split(" ")[1] ?? "";
      return path.startsWith(`${state}/`) || source.startsWith(cloudPrefix(name)) ? [`mount ${path}`] : [];
    });
}

function namespaces({ name }: Leftovers): string[] {
  return list("/run/netns")
    .filter((namespace) => namespace.startsWith(cloudPrefix(name)))
    .map((namespace) => `network namespace ${namespace}`);
}

function loopDevices({ state }: Leftovers): string[] {
  return list("/sys/block")
    .filter((device) => read(`/sys/block/${device}/loop/backing_file`).startsWith(`${state}/`))
    .map((device) => `loop device /dev/${device}`);
}

function controlGroups({ name }: Leftovers): string[] {
  return ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].flatMap((root) => groupsBelow(root, 3, cloudPrefix(name)));
}

function groupsBelow(folder: string, depth: number, prefix: string): string[] {
  if (depth === 0) return [];
  return readFolders(folder).flatMap((group) => {
    const path = join(folder, group);
    return group.startsWith(prefix) ? [`control group ${path}`] : groupsBelow(path, depth - 1, prefix);
  });
}

function interfaces({ slot }: Leftovers): string[] {
  if (slot === undefined || !existsSync(`/sys/class/net/${hostInterface(slot)}`)) return [];
  return [`network interface ${hostInterface(slot)}`];
}

/** Routes of this computer into the cloud's ranges, `unreachable` ones included. */
async function routes({ slot }: Leftovers): Promise<string[]> {
  if (slot === undefined) return [];
  const { publicIpv4, publicIpv6, visitors } = addressPlan(slot);
  const ranges = [publicIpv4, publicIpv6, visitors.ipv4, visitors.ipv6];
  const shown = await Promise.all([
    run("ip", ["-4", "route", "show", "table", "all"]),
    run("ip", ["-6", "route", "show", "table", "all"]),
  ]);
  return shown
    .flatMap(({ stdout }) => stdout.split("\n"))
    .filter((line) => ranges.some((range) => line.replace(/^unreachable /, "").startsWith(`${range} `)))
    .map((line) => `route ${line.trim()}`);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readFolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

/** Empty for what is not there: processes and devices may go meanwhile. */
function read(file: string): string {
  return tryRead(file) ?? "";
}
