import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { VolumeSpec } from "../driver";
import { localPaths } from "../paths";
import { run, tryRun } from "./command";
import { volumeFiles } from "./layout";

/** Hetzner counts volumes in GB and gives GiB. */
const GIB = 1024 ** 3;

/** Path that a volume has in the machine, as at Hetzner. */
export function volumePath(volumeId: number): string {
  return `/dev/disk/by-id/scsi-0HC_Volume_${volumeId}`;
}

/** Makes the volume, formatted if that was asked for, or grows it to this size, while it is in use as well. */
export async function ensureVolumeBlocks(cloud: string, volume: VolumeSpec): Promise<void> {
  const { blocks } = volumeFiles(cloud, volume.id);
  const size = volume.size * GIB;
  if (!existsSync(blocks)) {
    await mkdir(dirname(blocks), { recursive: true, mode: 0o700 });
    const unfinished = `${blocks}.new`;
    await rm(unfinished, { force: true });
    // Sparse: a volume takes no more of this computer's disk than what was written to it.
    await writeFile(unfinished, "", { mode: 0o600 });
    await truncate(unfinished, size);
    if (volume.format !== undefined) await run(`mkfs.${volume.format}`, ["-q", unfinished]);
    await rename(unfinished, blocks);
    return;
  }
  const current = (await stat(blocks)).size;
  if (current > size) {
    throw new Error(`volume ${volume.id} has ${current / GIB} GB and cannot shrink to ${volume.size} GB`);
  }
  if (current < size) await truncate(blocks, size);
  const device = await loopDeviceOf(blocks);
  if (device !== undefined) await run("losetup", ["--set-capacity", device]);
}

/** The loop device of a volume, set up if it is not. */
export async function ensureLoopDevice(cloud: string, volumeId: number): Promise<string> {
  const { blocks } = volumeFiles(cloud, volumeId);
  if (!existsSync(blocks)) throw new Error(`volume ${volumeId} does not exist`);
  return (await loopDeviceOf(blocks)) ?? (await run("losetup", ["--find", "--show", blocks])).trim();
}

/** Gives the volume's loop device back to this computer, if it has one. */
export async function releaseLoopDevice(cloud: string, volumeId: number): Promise<void> {
  const device = await loopDeviceOf(volumeFiles(cloud, volumeId).blocks);
  if (device !== undefined) await run("losetup", ["--detach", device]);
}

/** Detaches all loop devices of this local cloud, also those whose files are gone. */
export async function releaseAllLoopDevices(cloud: string): Promise<void> {
  for (const { name, file } of await loopDevices()) {
    if (file.startsWith(`${localPaths(cloud).volumes}/`)) await run("losetup", ["--detach", name]);
  }
}

/** Everything that was on it is gone. */
export async function removeVolumeFiles(cloud: string, volumeId: number): Promise<void> {
  const files = volumeFiles(cloud, volumeId);
  await releaseLoopDevice(cloud, volumeId);
  for (const file of Object.values(files)) await rm(file, { force: true });
}

/** Commands for a shell in the machine that make a volume appear there and disappear. */
export async function plugVolume(enter: readonly string[], device: string, volumeId: number): Promise<void> {
  const numbers = (await run("stat", ["-c", "%Hr %Lr", device])).trim();
  const script = `[ -b "$1" ] || { mkdir -p /dev/disk/by-id && mknod "$1" b ${numbers}; }`;
  await runInMachine(enter, script, volumeId);
}

/** Pulls the volume out, mounted or not, as the cloud would. */
export async function unplugVolume(enter: readonly string[], volumeId: number): Promise<void> {
  // The node is a mount of its own where the volume was there at boot.
  const script = 'while umount -l "$1" 2>/dev/null; do :; done; rm -f "$1"';
  await runInMachine(enter, script, volumeId);
}

async function runInMachine(enter: readonly string[], script: string, volumeId: number): Promise<void> {
  const [command = "", ...args] = enter;
  await run(command, [...args, "sh", "-c", script, "sh", volumePath(volumeId)]);
}

async function loopDeviceOf(blocks: string): Promise<string | undefined> {
  return (await loopDevices()).find((device) => device.file === blocks)?.name;
}

async function loopDevices(): Promise<{ name: string; file: string }[]> {
  const result = await tryRun("losetup", ["--list", "--json", "--output", "NAME,BACK-FILE"]);
  if (result.stdout.trim() === "") return [];
  const parsed = JSON.parse(result.stdout) as { loopdevices: { name: string; "back-file": string | null }[] };
  return parsed.loopdevices.map((device) => ({
    name: device.name,
    file: (device["back-file"] ?? "").replace(/ \(deleted\)$/, ""),
  }));
}
