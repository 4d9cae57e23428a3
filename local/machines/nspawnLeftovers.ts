import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const RUNTIME = "/run/systemd/nspawn";

/** Where systemd-nspawn keeps a folder per container, which it leaves when the container is killed. */
const PER_CONTAINER = ["propagate", "unix-export"];

/** Removes what systemd-nspawn left of the containers with these names; they have to have ended. */
export function removeNspawnLeftovers(isMeant: (name: string) => boolean): void {
  for (const folder of PER_CONTAINER.map((name) => join(RUNTIME, name))) {
    for (const entry of entriesOf(folder).filter(isMeant)) {
      rmSync(join(folder, entry), { recursive: true, force: true });
    }
  }
}

/** Removes systemd-nspawn's lock of a root folder; nothing tells its owner but device and inode of the folder. */
export function removeImageLock(root: string): void {
  const { dev, ino } = statSync(root);
  rmSync(join(RUNTIME, "locks", `inode-${dev}:${ino}`), { force: true });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // this version of systemd-nspawn does not have it
  }
}
