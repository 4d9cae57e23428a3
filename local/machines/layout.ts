import { join } from "node:path";
import { localPaths } from "../paths";

/** Files of one machine. The folder is root's alone: user data lies in it. */
export function machineFiles(cloud: string, id: number) {
  const folder = join(localPaths(cloud).machines, String(id));
  return {
    folder,
    /** The machine as it was last ensured. */
    spec: join(folder, "machine.json"),
    /** Hash of the base image that the disk lies on; changes never, an overlay does not survive another lower layer. */
    image: join(folder, "image"),
    /** What the machine wrote itself: the upper layer of its disk, and overlayfs' workspace beside it. */
    upper: join(folder, "upper"),
    work: join(folder, "work"),
    /** Where the disk is mounted. */
    root: join(folder, "root"),
    /** What switching the machine on does; run by the machine's supervisor for each boot. */
    bootScript: join(folder, "boot.sh"),
    /** Addresses and routes that the machine finds when it boots, in the language of `ip -batch`. */
    addresses: join(folder, "addresses"),
    console: join(folder, "console.log"),
  };
}

/** File that describes a private network as it was last ensured. */
export function networkFile(cloud: string, id: number): string {
  return join(localPaths(cloud).state, "networks", `${id}.json`);
}

/** The volume's blocks and what is known about it. */
export function volumeFiles(cloud: string, id: number) {
  const base = join(localPaths(cloud).volumes, String(id));
  return { blocks: `${base}.img`, attachment: `${base}.json` };
}

/** Which machine each floating IP is routed to. */
export function floatingIpsFile(cloud: string): string {
  return join(localPaths(cloud).state, "floating-ips.json");
}

/** What lives only as long as the computer runs: sockets. Short, because a socket's path may have 107 bytes at most. */
export function runtimeDir(cloud: string): string {
  return join("/run/holdfast", `cloud-${cloud}`);
}

/** The socket to which relays pass the connections of machines. */
export function relaySocket(cloud: string): string {
  return join(runtimeDir(cloud), "doors.sock");
}
