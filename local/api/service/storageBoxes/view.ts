import { locationOf } from "../catalog";
import type { Cloud } from "../cloud";
import type { View } from "../operation";
import { namedView } from "../resource";
import type { ResourceRef } from "../rows";
import type { BoxSnapshotRow, StorageBoxRow, SubaccountRow } from "./rows";
import { hostNameOf } from "./spec";
import { storageBoxTypeView } from "./typeOperations";
import { storageBoxTypeOf } from "./types";

/** For actions: that they concern this box. */
export function boxRef({ id }: { readonly id: number }): ResourceRef {
  return { type: "storage_box", id };
}

/** A Storage Box as the API shows it, with how much it holds. */
export function storageBoxView(cloud: Cloud, box: StorageBoxRow): View {
  const { data, snapshots } = cloud.provisioner.storageUsage(box.id);
  const location = locationOf(box.location);
  // The API shows host and user name only once the box exists.
  const ready = box.status !== "initializing";
  return {
    ...namedView(box),
    status: box.status,
    username: ready ? box.username : null,
    server: ready ? hostNameOf(box.username) : null,
    system: ready ? `${location.name.toUpperCase()}-BX${String(box.id)}` : null,
    storage_box_type: storageBoxTypeView(storageBoxTypeOf(box.type)),
    location,
    access_settings: box.access,
    stats: { size: data + snapshots, size_data: data, size_snapshots: snapshots },
    protection: box.protection,
    snapshot_plan: ready ? box.plan : null,
  };
}

/** An account of a box as the API shows it. */
export function subaccountView(account: SubaccountRow): View {
  return {
    ...namedView(account),
    storage_box: account.storageBox,
    description: account.description,
    username: account.username,
    server: hostNameOf(account.username),
    home_directory: account.homeDirectory,
    access_settings: account.access,
  };
}

/** A snapshot of a box as the API shows it. */
export function boxSnapshotView(snapshot: BoxSnapshotRow): View {
  return {
    ...namedView(snapshot),
    storage_box: snapshot.storageBox,
    description: snapshot.description,
    is_automatic: snapshot.isAutomatic,
    // Snapshots share what did not change; how much one of them holds alone is not measured.
    stats: { size: 0, size_filesystem: 0 },
  };
}
