import { resourceOf, type Effects } from "../actions/effects";
import type { Command } from "../actions/delays";
import type { Cloud } from "../cloud";
import { ApiError, invalidField } from "../errors";
import type { Operations } from "../operation";
import { change, changeProtection } from "../resource";
import { hashedPassword } from "./password";
import type { BoxAccess, SnapshotPlan, StorageBoxRow } from "./rows";
import { findStorageBoxType, storageBoxTypeOf } from "./types";

type ChangedFields = Partial<StorageBoxRow>;

const path = "POST /storage_boxes/{id}/actions";

/** Type, protection, access, snapshots plan and password of a box. */
export const storageBoxChanges: Operations = {
  ...changeProtection("storage_boxes"),
  [`${path}/change_type`]: change("storage_boxes", "change_storage_box_type", changedType),
  [`${path}/reset_password`]: change("storage_boxes", "reset_password", (_box, body: { password: string }) => ({
    passwordHash: hashedPassword(body.password),
  })),
  [`${path}/update_access_settings`]: change(
    "storage_boxes",
    "update_access_settings",
    ({ access }, body: Partial<BoxAccess>) => {
      const known = Object.entries(body).filter(([name, value]) => name in access && value !== undefined);
      return { access: { ...access, ...Object.fromEntries(known) } };
    },
  ),
  [`${path}/enable_snapshot_plan`]: change("storage_boxes", "enable_snapshot_plan", (box, body: SnapshotPlan) => ({
    plan: checkedPlan(box, body),
  })),
  [`${path}/disable_snapshot_plan`]: change("storage_boxes", "disable_snapshot_plan", () => ({ plan: null })),
};

function changedType(box: StorageBoxRow, body: { storage_box_type: string | number }, cloud: Cloud): ChangedFields {
  const [before, after] = [storageBoxTypeOf(box.type), findStorageBoxType(body.storage_box_type)];
  if (after.id === before.id) throw invalidField("storage_box_type", `the Storage Box is a ${after.name} already`);
  // A file system that shrinks is beyond XFS, and one that does not would be a quota that does not hold.
  if (after.size < before.size && cloud.provisioner.real) {
    throw new ApiError("not_implemented", "the local cloud makes Storage Boxes larger, not smaller (docs/limits.md)");
  }
  return { type: after.id };
}

/** @throws invalid_input */
function checkedPlan(box: StorageBoxRow, plan: SnapshotPlan): SnapshotPlan {
  const most = storageBoxTypeOf(box.type).automaticSnapshots;
  if (plan.max_snapshots > most) throw invalidField("max_snapshots", `a box of this type has at most ${String(most)}`);
  const { max_snapshots, minute, hour, day_of_week = null, day_of_month = null } = plan;
  return { max_snapshots, minute, hour, day_of_week, day_of_month };
}

/** Brings the box's server to what the store says. */
export const followStore: Effects = {
  work: (cloud, action) => cloud.provisioner.ensureStorageBox(resourceOf(action, "storage_box")),
};

/** What these actions do once their time is over. */
export const storageBoxChangeEffects = {
  change_storage_box_type: followStore,
  reset_password: followStore,
  update_access_settings: followStore,
  enable_snapshot_plan: {},
  disable_snapshot_plan: {},
} satisfies Partial<Record<Command, Effects>>;
