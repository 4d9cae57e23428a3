import { resourceOf, type Effects } from "../actions/effects";
import { actionView } from "../actions/view";
import { found, type Cloud } from "../cloud";
import { ApiError, notFound } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, list, type Operations } from "../operation";
import { started } from "../resource";
import type { ActionRow } from "../rows";
import type { BoxSnapshotRow, StorageBoxRow } from "./rows";
import { storageBoxTypeOf } from "./types";
import { boxRef, boxSnapshotView } from "./view";

type Params = Readonly<Record<string, string>>;

/** @throws not_found, also for a snapshot of another box */
function snapshotOf(cloud: Cloud, { id, snapshot_id: snapshotId }: Params): [StorageBoxRow, BoxSnapshotRow] {
  const box = found(cloud, "storage_boxes", id);
  const snapshot = found(cloud, "storage_box_snapshots", snapshotId);
  if (snapshot.storageBox !== box.id) throw notFound("snapshot", snapshotId);
  return [box, snapshot];
}

const all = "/storage_boxes/{id}/snapshots";
const one = `${all}/{snapshot_id}`;

/** Snapshots that somebody asks for; those of a plan come from plan.ts. */
export const boxSnapshotOperations: Operations = {
  [`GET ${all}`]: list("snapshots", (cloud, { params }) => {
    const box = found(cloud, "storage_boxes", params.id);
    return cloud.store.find("storage_box_snapshots", "box", box.id).map(boxSnapshotView);
  }),
  [`GET ${one}`]: call((cloud, _body, params) => ({ snapshot: boxSnapshotView(snapshotOf(cloud, params)[1]) })),
  [`POST ${all}`]: call((cloud, body: { description?: string; labels?: Labels }, { id }) => {
    const box = found(cloud, "storage_boxes", id);
    const { snapshot, action } = makeSnapshot(cloud, box, { ...body, automatic: false });
    return { snapshot: boxSnapshotView(snapshot), action: actionView(cloud, action) };
  }),
  [`PUT ${one}`]: call((cloud, body: { description?: string; labels?: Labels }, params) => {
    const [, snapshot] = snapshotOf(cloud, params);
    const labels = body.labels === undefined ? snapshot.labels : checkedLabels(body.labels);
    const description = body.description ?? snapshot.description;
    const row = cloud.store.put("storage_box_snapshots", { ...snapshot, description, labels });
    return { snapshot: boxSnapshotView(row) };
  }),
  [`DELETE ${one}`]: call((cloud, _body, params) => {
    const [box, snapshot] = snapshotOf(cloud, params);
    cloud.actions.assertIdle(boxRef(box));
    return { action: actionView(cloud, removeSnapshot(cloud, box, snapshot)) };
  }),
  "POST /storage_boxes/{id}/actions/rollback_snapshot": call((cloud, body: { snapshot: string | number }, { id }) => {
    const box = found(cloud, "storage_boxes", id);
    cloud.actions.assertIdle(boxRef(box));
    const snapshots = cloud.store.find("storage_box_snapshots", "box", box.id);
    const named = (row: BoxSnapshotRow) => row.name === body.snapshot || String(row.id) === String(body.snapshot);
    const snapshot = snapshots.find(named);
    if (snapshot === undefined) throw notFound("snapshot", body.snapshot);
    const input = { name: snapshot.name, newer: snapshots.filter((row) => row.id > snapshot.id).map(({ id }) => id) };
    return started(cloud, "rollback_snapshot", [boxRef(box)], { input });
  }),
};

/** Begins a snapshot, which is named by the time. @throws locked, resource_limit_exceeded */
export function makeSnapshot(
  cloud: Cloud,
  box: StorageBoxRow,
  about: { readonly description?: string; readonly labels?: Labels; readonly automatic: boolean },
): { snapshot: BoxSnapshotRow; action: ActionRow } {
  cloud.actions.assertIdle(boxRef(box));
  const others = cloud.store.find("storage_box_snapshots", "box", box.id);
  const limit = storageBoxTypeOf(box.type).snapshots;
  if (!about.automatic && others.filter(({ isAutomatic }) => !isAutomatic).length >= limit) {
    throw new ApiError("resource_limit_exceeded", `storage box ${box.name} has ${String(limit)} snapshots already`);
  }
  const created = cloud.clock.now();
  const time = new Date(created).toISOString().slice(0, 19).replaceAll(":", "-");
  const same = others.filter(({ name }) => name.startsWith(time)).length;
  const snapshot = cloud.store.put("storage_box_snapshots", {
    id: cloud.store.newId(),
    storageBox: box.id,
    name: same === 0 ? time : `${time}-${String(same)}`,
    description: about.description ?? "",
    labels: checkedLabels(about.labels),
    created,
    isAutomatic: about.automatic,
  });
  const input = { snapshot: snapshot.id, name: snapshot.name };
  return { snapshot, action: cloud.actions.create("create_storage_box_snapshot", [boxRef(box)], { input }) };
}

/** Begins to delete a snapshot; its row goes when its files are gone. */
export function removeSnapshot(cloud: Cloud, box: StorageBoxRow, { id, name }: BoxSnapshotRow): ActionRow {
  return cloud.actions.create("delete_storage_box_snapshot", [boxRef(box)], { input: { snapshot: id, name } });
}

/** Changes the files, then looks how much the box holds now. */
async function changeFiles(
  cloud: Cloud,
  action: ActionRow,
  what: "make" | "remove" | "restore",
  newer: readonly number[] = [],
): Promise<void> {
  const box = resourceOf(action, "storage_box");
  await cloud.provisioner.changeBoxSnapshot(box, what, String(action.input.name));
  for (const id of newer) {
    const snapshot = cloud.store.get("storage_box_snapshots", id);
    if (snapshot !== undefined) await cloud.provisioner.changeBoxSnapshot(box, "remove", snapshot.name);
  }
  await cloud.provisioner.measureStorageBox(box);
}

/** What the actions of snapshots do once their time is over. */
export const boxSnapshotEffects = {
  create_storage_box_snapshot: {
    work: (cloud, action) => changeFiles(cloud, action, "make"),
    failure: (cloud, action) => {
      cloud.store.remove("storage_box_snapshots", Number(action.input.snapshot));
    },
  },
  delete_storage_box_snapshot: {
    work: (cloud, action) => changeFiles(cloud, action, "remove"),
    success: (cloud, action) => {
      cloud.store.remove("storage_box_snapshots", Number(action.input.snapshot));
    },
  },
  rollback_snapshot: {
    work: (cloud, action) => changeFiles(cloud, action, "restore", action.input.newer as number[]),
    success: (cloud, action) => {
      for (const id of action.input.newer as number[]) cloud.store.remove("storage_box_snapshots", id);
    },
  },
} satisfies Record<string, Effects>;
