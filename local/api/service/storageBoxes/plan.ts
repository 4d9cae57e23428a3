import type { Cloud } from "../cloud";
import type { SnapshotPlan } from "./rows";
import { makeSnapshot, removeSnapshot } from "./snapshots";
import { boxRef } from "./view";

/** Milliseconds between two looks at the boxes. */
const interval = 20_000;
const minute = 60_000;

/** Whether the plan's time falls on this minute. */
export function isDue(plan: SnapshotPlan, time: Date): boolean {
  const weekday = time.getUTCDay() === 0 ? 7 : time.getUTCDay();
  return (
    plan.minute === time.getUTCMinutes() &&
    plan.hour === time.getUTCHours() &&
    (plan.day_of_week === null || plan.day_of_week === weekday) &&
    (plan.day_of_month === null || plan.day_of_month === time.getUTCDate())
  );
}

/**
 * Measures how much the boxes hold, and makes the snapshots that their plans want. A time at which the local cloud does
 * not run is missed, and not made up for.
 *
 * @returns a function that ends the watch
 */
export function watchStorageBoxes(cloud: Cloud): () => void {
  let cancel: () => void = () => undefined;
  let ended = false;
  const next = () => {
    if (!ended) cancel = cloud.clock.after(interval, look);
  };
  const look = () => {
    cloud.machines.background("watching the Storage Boxes", lookAtAll(cloud, () => ended).finally(next));
  };
  next();
  return () => {
    ended = true;
    cancel();
  };
}

async function lookAtAll(cloud: Cloud, ended: () => boolean): Promise<void> {
  for (const box of cloud.store.all("storage_boxes").filter(({ status }) => status === "active")) {
    if (ended()) return;
    await cloud.machines.measureStorageBox(box.id).catch((error: unknown) => {
      cloud.log(`measuring storage box ${box.name}: ${String(error)}`);
    });
    if (!ended()) cloud.store.transaction(() => followPlan(cloud, box.id));
  }
}

function followPlan(cloud: Cloud, id: number): void {
  const box = cloud.store.get("storage_boxes", id);
  if (!box?.plan || cloud.actions.locking(boxRef(box)).length > 0) return;
  const now = cloud.clock.now();
  const automatic = cloud.store.find("storage_box_snapshots", "box", id).filter(({ isAutomatic }) => isAutomatic);
  const oldest = automatic.at(0);
  if (oldest !== undefined && automatic.length > box.plan.max_snapshots) removeSnapshot(cloud, box, oldest);
  else if (isDue(box.plan, new Date(now)) && !automatic.some(({ created }) => sameMinute(created, now))) {
    makeSnapshot(cloud, box, { automatic: true });
  }
}

function sameMinute(one: number, other: number): boolean {
  return Math.floor(one / minute) === Math.floor(other / minute);
}
