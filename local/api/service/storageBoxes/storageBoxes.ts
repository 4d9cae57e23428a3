import { resourceOf, type Effects } from "../actions/effects";
import { actionView } from "../actions/view";
import { findLocation } from "../catalog";
import { found, type Cloud } from "../cloud";
import { assertNotProtected, checkedName, checkedUpdate } from "../common";
import { invalidField } from "../errors";
import { freePublicAddress } from "../ips/publicAddresses";
import { checkedLabels, type Labels } from "../labels";
import { call, list, type Operations, type View } from "../operation";
import { fingerprintOf } from "../sshKeys";
import { usualIdleTimeout } from "./idleTimeout";
import { hashedPassword } from "./password";
import type { BoxAccess } from "./rows";
import { assertHasStorageBoxes, findStorageBoxType } from "./types";
import { boxRef, storageBoxView } from "./view";

const closed: BoxAccess = {
  reachable_externally: false,
  samba_enabled: false,
  ssh_enabled: false,
  webdav_enabled: false,
  zfs_enabled: false,
};

interface CreateBody {
  readonly name: string;
  readonly storage_box_type: string | number;
  readonly location: string | number;
  readonly password: string;
  readonly labels?: Labels;
  readonly ssh_keys?: readonly string[];
  readonly access_settings?: Partial<BoxAccess>;
}

/** Storage Boxes themselves; what they hold is reached by SFTP alone. */
export const storageBoxOperations: Operations = {
  "GET /storage_boxes": list("storage_boxes", (cloud) =>
    cloud.store.all("storage_boxes").map((box) => storageBoxView(cloud, box)),
  ),
  "GET /storage_boxes/{id}": call((cloud, _body, { id }) => ({
    storage_box: storageBoxView(cloud, found(cloud, "storage_boxes", id)),
  })),
  "POST /storage_boxes": call(create),
  "PUT /storage_boxes/{id}": call((cloud, body: { name?: string; labels?: Labels }, { id }) => {
    const box = found(cloud, "storage_boxes", id);
    const update = checkedUpdate(cloud, "storage_boxes", box, body);
    return { storage_box: storageBoxView(cloud, cloud.store.put("storage_boxes", { ...box, ...update })) };
  }),
  "DELETE /storage_boxes/{id}": call((cloud, _body, { id }) => {
    const box = found(cloud, "storage_boxes", id);
    cloud.actions.assertIdle(boxRef(box));
    assertNotProtected(`storage box ${box.name}`, box.protection);
    cloud.store.put("storage_boxes", { ...box, status: "locked" });
    return { action: actionView(cloud, cloud.actions.create("delete_storage_box", [boxRef(box)])) };
  }),
};

function create(cloud: Cloud, body: CreateBody): View {
  const type = findStorageBoxType(body.storage_box_type);
  const location = findLocation(body.location);
  assertHasStorageBoxes(location.name);
  const id = cloud.store.newId();
  const box = cloud.store.put("storage_boxes", {
    id,
    name: checkedName(cloud, "storage_boxes", body.name),
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    status: "initializing",
    type: type.id,
    location: location.id,
    username: `u${String(100_000 + id)}`,
    sshKeys: checkedKeys(body.ssh_keys ?? []),
    passwordHash: hashedPassword(body.password),
    access: { ...closed, ...body.access_settings },
    plan: null,
    protection: { delete: false },
    ipv4: freePublicAddress(cloud, "storage box", "ipv4"),
    ipv6: freePublicAddress(cloud, "storage box", "ipv6"),
    idleTimeout: usualIdleTimeout,
  });
  const action = cloud.actions.create("create_storage_box", [boxRef(box)]);
  return { storage_box: storageBoxView(cloud, box), action: actionView(cloud, action) };
}

/** @throws invalid_input when one is no public key: logins would fail without a reason */
function checkedKeys(keys: readonly string[]): string[] {
  return keys.map((key) => {
    if (/[\r\n]/.test(key.trim())) throw invalidField("ssh_keys", "has a key of several lines");
    fingerprintOf(key);
    return key.trim();
  });
}

/** What making and deleting a box does once its time is over. */
export const storageBoxEffects = {
  create_storage_box: {
    work: (cloud, action) => cloud.machines.ensureStorageBox(resourceOf(action, "storage_box")),
    success: (cloud, action) => {
      const box = found(cloud, "storage_boxes", resourceOf(action, "storage_box"));
      cloud.store.put("storage_boxes", { ...box, status: "active" });
    },
  },
  delete_storage_box: {
    work: (cloud, action) => cloud.machines.removeStorageBox(resourceOf(action, "storage_box")),
    success: (cloud, action) => {
      const id = resourceOf(action, "storage_box");
      for (const table of ["storage_box_subaccounts", "storage_box_snapshots"] as const) {
        for (const row of cloud.store.find(table, "box", id)) cloud.store.remove(table, row.id);
      }
      cloud.store.remove("storage_boxes", id);
    },
    failure: (cloud, action) => {
      const box = found(cloud, "storage_boxes", resourceOf(action, "storage_box"));
      cloud.store.put("storage_boxes", { ...box, status: "active" });
    },
  },
} satisfies Record<string, Effects>;
