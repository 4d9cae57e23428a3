import { resourceOf, type Effects } from "../actions/effects";
import { findLocation } from "../catalog";
import { found, type Cloud } from "../cloud";
import { assertNotProtected, checkedName } from "../common";
import { invalidField } from "../errors";
import { freePublicAddress } from "../ips/publicAddresses";
import { checkedLabels, type Labels } from "../labels";
import { call, type Operations, type View } from "../operation";
import { change, namedResource, started } from "../resource";
import { fingerprintOf } from "../sshKeys";
import { hashedPassword } from "./password";
import type { BoxAccess } from "./rows";
import { assertHasStorageBoxes, findStorageBoxType } from "./types";
import { boxRef, storageBoxView } from "./view";

/** Seconds; users report that sessions without traffic are cut after half an hour. */
const usualIdleTimeout = 30 * 60;

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
  ...namedResource("storage_boxes", { view: storageBoxView }),
  "POST /storage_boxes": call(create),
  "DELETE /storage_boxes/{id}": change("storage_boxes", "delete_storage_box", (box) => {
    assertNotProtected(`storage box ${box.name}`, box.protection);
    return { status: "locked" } as const;
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
  return { storage_box: storageBoxView(cloud, box), ...started(cloud, "create_storage_box", [boxRef(box)]) };
}

/** @throws invalid_input when one is no public key: logins would fail without a reason */
function checkedKeys(keys: readonly string[]): string[] {
  return keys.map((key) => {
    if (/[\r\n]/.test(key.trim())) throw invalidField("ssh_keys", "each key has to be one line");
    fingerprintOf(key);
    return key.trim();
  });
}

/** Makes a box cut idle sessions sooner, so that a test does not wait half an hour. */
export async function setIdleTimeout(cloud: Cloud, id: string, seconds: number): Promise<number> {
  const box = found(cloud, "storage_boxes", id);
  cloud.store.transaction(() => cloud.store.put("storage_boxes", { ...box, idleTimeout: seconds }));
  await cloud.provisioner.ensureStorageBox(box.id);
  return seconds;
}

/** What making and deleting a box does once its time is over. */
export const storageBoxEffects = {
  create_storage_box: {
    work: (cloud, action) => cloud.provisioner.ensureStorageBox(resourceOf(action, "storage_box")),
    success: (cloud, action) => {
      const box = found(cloud, "storage_boxes", resourceOf(action, "storage_box"));
      cloud.store.put("storage_boxes", { ...box, status: "active" });
    },
  },
  delete_storage_box: {
    work: (cloud, action) => cloud.provisioner.removeStorageBox(resourceOf(action, "storage_box")),
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
