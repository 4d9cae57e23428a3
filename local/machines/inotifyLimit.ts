import { readFileSync, writeFileSync } from "node:fs";

/** Where the kernel says how many inotify instances each user of this computer may have; machines' root is one user. */
const LIMIT = "/proc/sys/fs/inotify/max_user_instances";
/** Enough for two hundred machines, whose systemd and services take some five each. The usual 128 is enough for 22. */
const ENOUGH = 1024;

/**
 * Raises the limit of inotify instances until the next boot, where it is too low for more than a few machines.
 *
 * @returns what was done, in words; nothing when the limit was high enough
 */
export function allowInotifyInstances(file = LIMIT): string | undefined {
  const value = Number(readFileSync(file, "utf8"));
  if (value >= ENOUGH) return undefined;
  writeFileSync(file, `${ENOUGH}\n`);
  return `raised fs.inotify.max_user_instances from ${value} to ${ENOUGH} until the next boot: each machine needs about five`;
}
