import { serverTypes } from "./catalog";
import type { AppSettings } from "./sections/app";

/** MiB of each machine that instances do not get: kernel, systemd, SSH, page cache. */
export const systemMemory = 512;

/** MiB that one instance may use: as set, else an equal share of what the system leaves. */
export function instanceMemory({ memory, instances, serverType }: AppSettings): number {
  return memory ?? Math.floor((serverTypes[serverType].memory * 1024 - systemMemory) / instances);
}
