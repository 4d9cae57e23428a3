import { readFileSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Control groups of a machine. Each machine needs its own in every hierarchy that systemd uses: two that shared one
 * would stop each other's services. Where version 1 and version 2 are mounted side by side, the memory limit is in
 * version 1.
 */
export interface ControlGroup {
  readonly folder: string;
  /** File that takes the memory limit in bytes, in the hierarchy that limits memory. */
  readonly memoryLimit?: string;
  /** What has to be written where before the limit exists (version 2). */
  readonly enable?: { readonly file: string; readonly content: string };
}

/** Hierarchies in which machines get a group, as /proc/self/mountinfo shows them. */
export function controlGroups(mark: string, mountinfo = readFileSync("/proc/self/mountinfo", "utf8")): ControlGroup[] {
  const mounts = mountinfo.split("\n").flatMap((line) => {
    const match = /^\S+ \S+ \S+ \S+ (\S+) .* - (cgroup2?) \S+ (\S+)$/.exec(line);
    return match ? [{ point: match[1] ?? "", type: match[2], options: (match[3] ?? "").split(",") }] : [];
  });
  const memoryV1 = mounts.find((mount) => mount.type === "cgroup" && mount.options.includes("memory"));
  return mounts.flatMap((mount): ControlGroup[] => {
    const folder = join(mount.point, mark);
    if (mount === memoryV1) return [{ folder, memoryLimit: join(folder, "memory.limit_in_bytes") }];
    if (mount.type === "cgroup") return mount.options.includes("name=systemd") ? [{ folder }] : [];
    if (memoryV1 !== undefined) return [{ folder }];
    const enable = { file: join(mount.point, "cgroup.subtree_control"), content: "+memory" };
    return [{ folder, memoryLimit: join(folder, "memory.max"), enable }];
  });
}

/** Removes a machine's groups; they have to be without processes. */
export function removeControlGroups(mark: string): void {
  for (const { folder } of controlGroups(mark)) removeTree(folder);
}

/** Removes the groups of all machines whose mark starts with this. */
export function removeControlGroupsWithPrefix(prefix: string): void {
  for (const { folder } of controlGroups("")) {
    for (const entry of readdirSync(folder)) {
      if (entry.startsWith(prefix)) removeTree(join(folder, entry));
    }
  }
}

/** Control groups go by rmdir, from the leaves to the root; their files are not files. */
function removeTree(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
