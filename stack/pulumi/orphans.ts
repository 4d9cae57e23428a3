import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonInfo } from "../../local/paths";
import type { Progress } from "../../lib/progress";
import { UserError } from "../../lib/errors";
import { callDaemon } from "../local/client";
import type { Item } from "../cloud/api";
import { collections } from "../cloud/collections";
import type { StateResource } from "../state";

/** Kinds of the API in the order in which they can be deleted. */
const deletable = [
  "servers",
  "volumes",
  "floating_ips",
  "primary_ips",
  "firewalls",
  "placement_groups",
  "ssh_keys",
  "networks",
];

/** Items with the label of the stack that its state does not have. */
export function orphansOf(
  items: readonly Item[],
  type: string | undefined,
  stack: string,
  known: readonly StateResource[],
): Item[] {
  const ids = new Set(known.filter((resource) => resource.type === type).map(({ id }) => id));
  return items.filter((item) => item.labels.stack === stack && !ids.has(String(item.id)));
}

/** Seconds for the deletion of all items of one kind: servers take a while. */
const LIMIT = 60;

/**
 * Deletes resources whose id an interrupted `pulumi up` did not record: their names would block the next one.
 *
 * @throws UserError when one is not deleted in time
 */
export async function removeOrphans(
  daemon: DaemonInfo,
  known: readonly StateResource[],
  progress: Progress,
): Promise<void> {
  for (const collection of deletable) {
    const type = collections.find(({ path }) => path === collection)?.type;
    const asked = new Set<number>();
    for (const started = Date.now(); ; await sleep(250)) {
      const path = `/v1/${collection}?per_page=50&label_selector=stack%3D${daemon.name}`;
      const answer = (await callDaemon(daemon, path)) as Record<string, Item[]>;
      const orphans = orphansOf(answer[collection] ?? [], type, daemon.name, known);
      if (orphans.length === 0) break;
      if (Date.now() - started > LIMIT * 1000) {
        throw new UserError(`${orphans[0]?.name} (${collection}) cannot be deleted; \`make down\` removes everything`);
      }
      for (const orphan of orphans.filter(({ id }) => !asked.has(id))) {
        if (!(await deleted(daemon, `/v1/${collection}/${orphan.id}`))) continue;
        progress.note(
          `Deleting ${orphan.name}: an interrupted \`pulumi up\` created it, and its state does not know it.`,
        );
        asked.add(orphan.id);
      }
    }
  }
}

/** Asks for the deletion. False while the resource is still being created and refuses other actions. */
async function deleted(daemon: DaemonInfo, path: string): Promise<boolean> {
  try {
    await callDaemon(daemon, path, { method: "DELETE" });
    return true;
  } catch (error) {
    if (/answered (423|409):/.test((error as Error).message)) return false;
    throw error;
  }
}
