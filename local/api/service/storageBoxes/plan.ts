import type { Cloud } from "../cloud";
import type { SnapshotPlan } from "./rows";
import { makeSnapshot, removeSnapshot } from "./snapshots";
import { boxRef } from "./view";

/** Milliseconds. */
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

/** Makes the snapshot that the plan wants now, or takes away one that is too many. */
export function followPlan(cloud: Cloud, id: number): void {
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
