import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { MachineSpec } from "../driver";
import { machineNamespace } from "../network/names";
import { imagesDir, type BaseImage } from "./baseImage";
import { run } from "./command";
import { machineFiles } from "./layout";
import { removeImageLock } from "./nspawnLeftovers";
import { seedFiles } from "./seed";

/** Makes the machine's disk: a layer over the base image. What is there stays as it is. */
export async function ensureDisk(cloud: string, machine: MachineSpec, image: BaseImage): Promise<void> {
  const files = machineFiles(cloud, machine.id);
  if (!existsSync(files.upper)) {
    await mkdir(files.work, { recursive: true, mode: 0o700 });
    await mkdir(files.root, { recursive: true });
    await writeFile(files.image, image.hash);
    const unfinished = `${files.upper}.new`;
    await rm(unfinished, { recursive: true, force: true });
    const content = { ...seedFiles(machine), "/etc/machine-id": `${randomBytes(16).toString("hex")}\n` };
    for (const [path, text] of Object.entries(content)) {
      await mkdir(dirname(join(unfinished, path)), { recursive: true, mode: 0o755 });
      await writeFile(join(unfinished, path), text);
    }
    // Whatever the umask of this process is: a machine's /etc has to be readable in the machine.
    await run("chmod", ["-R", "u=rwX,go=rX", unfinished]);
    await rename(unfinished, files.upper);
  }
  await mountDisk(cloud, machine.id);
}

/** Mounts the disk, unless it is mounted. */
export async function mountDisk(cloud: string, id: number): Promise<void> {
  const files = machineFiles(cloud, id);
  if (isMounted(files.root)) return;
  const lower = join(imagesDir(), readFileSync(files.image, "utf8").trim());
  if (!existsSync(lower)) {
    throw new Error(`the base image ${lower} under the disk of machine ${id} is missing: delete the server`);
  }
  const options = `lowerdir=${lower},upperdir=${files.upper},workdir=${files.work}`;
  await run("mount", ["-t", "overlay", machineNamespace(cloud, id), "-o", options, files.root]);
}

/**
 * Writes a file into the disk of a machine, running or not. Goes through chroot, because links in a machine's disk point
 * where the machine likes, which must not be this computer's own files.
 */
export async function writeToDisk(cloud: string, id: number, path: string, content: string): Promise<void> {
  const root = machineFiles(cloud, id).root;
  await run("chroot", [root, "sh", "-c", 'umask 022; mkdir -p "${1%/*}" && cat >"$1"', "sh", path], { input: content });
}

/** Unmounts it first; nothing to do where there is none. */
export async function removeDisk(cloud: string, id: number): Promise<void> {
  const files = machineFiles(cloud, id);
  if (isMounted(files.root)) await unmountDisk(files.root);
  await rm(files.folder, { recursive: true, force: true });
}

/** Unmounts the disk of a machine that is off. */
export async function unmountDisk(root: string): Promise<void> {
  removeImageLock(root);
  await run("umount", [root]);
}

/** Mount points of disks of this local cloud, known by the source that {@link mountDisk} gave them. */
export function mountedDisks(prefix: string): string[] {
  return mounts()
    .filter((mount) => mount.type === "overlay" && mount.source.startsWith(prefix))
    .map((mount) => mount.point);
}

function isMounted(point: string): boolean {
  return mounts().some((mount) => mount.point === point);
}

function mounts(): { point: string; type: string; source: string }[] {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .map(([source = "", point = "", type = ""]) => ({ source, type, point: point.replaceAll("\\040", " ") }));
}
