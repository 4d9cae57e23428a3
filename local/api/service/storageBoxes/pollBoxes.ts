import type { Cloud } from "../cloud";
import { repeatEvery } from "../repeat";
import { followPlan } from "./plan";

/** Milliseconds between two looks at the boxes: short enough to meet every minute that a plan may name. */
const interval = 20_000;

/**
 * Measures how much the boxes hold, brings back those that died, and makes the snapshots that their plans want. A time
 * at which the local cloud does not run is missed, and not made up for.
 *
 * @returns a function that ends the polling
 */
export function pollStorageBoxes(cloud: Cloud): () => void {
  return repeatEvery(cloud, interval, "watching the Storage Boxes", (ended) => lookAtAll(cloud, ended));
}

async function lookAtAll(cloud: Cloud, ended: () => boolean): Promise<void> {
  for (const box of cloud.store.all("storage_boxes").filter(({ status }) => status === "active")) {
    if (ended()) return;
    await look(cloud, box.id).catch((error: unknown) => {
      cloud.log(`looking at storage box ${box.name}: ${String(error)}`);
    });
    if (!ended()) cloud.store.transaction(() => followPlan(cloud, box.id));
  }
}

/** Restarts a box that stopped: its owner cannot do that. */
async function look(cloud: Cloud, id: number): Promise<void> {
  const { exists, running } = await cloud.provisioner.inspect(id);
  if (exists && !running) await cloud.provisioner.ensureStorageBox(id);
  await cloud.provisioner.measureStorageBox(id);
}
