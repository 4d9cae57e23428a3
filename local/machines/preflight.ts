import { accessSync, existsSync, readFileSync } from "node:fs";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isRoot, localPaths } from "../paths";
import { tryRun } from "./command";

/** Command that machines need → Debian package that has it. */
export const REQUIRED_COMMANDS: Readonly<Record<string, string>> = {
  dpkg: "dpkg",
  ip: "iproute2",
  losetup: "mount",
  mmdebstrap: "mmdebstrap",
  "mkfs.ext4": "e2fsprogs",
  nft: "nftables",
  nsenter: "util-linux",
  python3: "python3",
  sysctl: "procps",
  "systemd-nspawn": "systemd-container",
};

/**
 * Why this computer cannot run machines, and what to do about it; empty when it can. It tries a namespace, an overlay
 * and a rule of the packet filter.
 */
export async function preflight(): Promise<string[]> {
  if (process.platform !== "linux") return [`Machines need Linux; this is ${process.platform}. A preview works here.`];
  if (!isRoot) return ["Machines need root: run this as root or with sudo. A preview works without root."];
  const missing = missingPackages();
  if (missing.length > 0) return [`Packages are missing: apt-get install ${missing.join(" ")}`];
  const reasons = [...(await tryNamespace()), ...(await tryOverlay()), ...tryLoopDevices(), ...tryControlGroups()];
  return reasons;
}

/** Debian packages that have to be installed before machines can run. */
export function missingPackages(path = process.env.PATH ?? ""): string[] {
  const packages = Object.entries(REQUIRED_COMMANDS).flatMap(([command, name]) =>
    path.split(delimiter).some((folder) => isExecutable(join(folder, command))) ? [] : [name],
  );
  // mmdebstrap checks signatures with it; Debian has it from the start, Ubuntu does not.
  const keyring = existsSync("/usr/share/keyrings/debian-archive-keyring.gpg") ? [] : ["debian-archive-keyring"];
  return [...new Set([...packages, ...keyring])].sort();
}

async function tryNamespace(): Promise<string[]> {
  const name = `holdfast-preflight-${process.pid}`;
  const made = await tryRun("ip", ["netns", "add", name]);
  if (made.code !== 0) return [`This computer does not allow network namespaces (${made.stderr.trim()}).`];
  try {
    const veth = await tryRun("ip", ["-n", name, "link", "add", "one", "type", "veth", "peer", "name", "two"]);
    const rules =
      "table inet t { chain c { type filter hook prerouting priority raw; fib saddr . iif oif missing drop; }; }";
    const nft = await tryRun("ip", ["netns", "exec", name, "nft", "-f", "-"], { input: rules });
    return [
      ...(veth.code === 0 ? [] : [`The kernel has no virtual network interfaces (module veth): ${veth.stderr.trim()}`]),
      ...(nft.code === 0
        ? []
        : [`The kernel's packet filter refuses rules (modules nf_tables, nft_fib): ${nft.stderr.trim()}`]),
    ];
  } finally {
    await tryRun("ip", ["netns", "delete", name]);
  }
}

/** Tried where machines' disks will lie: overlayfs does not work on every file system. */
async function tryOverlay(): Promise<string[]> {
  const parent = existsSync(localPaths().state) ? localPaths().state : existsSync("/var/lib") ? "/var/lib" : tmpdir();
  const folder = await mkdtemp(join(parent, "holdfast-preflight-"));
  try {
    for (const part of ["lower", "upper", "work", "root"]) await mkdir(join(folder, part));
    const options = `lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work`;
    const mounted = await tryRun("mount", ["-t", "overlay", "holdfast-preflight", "-o", options, join(folder, "root")]);
    if (mounted.code !== 0) return [`Disks cannot be layered in ${parent} (overlayfs): ${mounted.stderr.trim()}`];
    await tryRun("umount", [join(folder, "root")]);
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tryLoopDevices(): string[] {
  return existsSync("/dev/loop-control") ? [] : ["There are no loop devices (/dev/loop-control): volumes need them."];
}

function tryControlGroups(): string[] {
  const mounted = / - cgroup2? /.test(readFileSync("/proc/self/mountinfo", "utf8"));
  return mounted ? [] : ["No control groups are mounted at /sys/fs/cgroup: systemd in machines needs them."];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, 1);
    return true;
  } catch {
    return false;
  }
}
