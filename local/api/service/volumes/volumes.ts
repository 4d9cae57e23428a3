import { resourceOf, type Effects } from "../actions/effects";
import { actionView } from "../actions/view";
import { findLocation, locationOf } from "../catalog";
import { found, type Cloud } from "../cloud";
import { timestamp } from "../clock";
import { assertNotProtected, changedProtection, checkedName, checkedUpdate, note, serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, callWithoutAnswer, list, type Operations, type View } from "../operation";
import type { ResourceRef, ServerRow, VolumeRow } from "../rows";
import type { attachVolumeAction } from "./attach";
import { assertAttachable } from "./attach";

interface CreateBody {
  readonly name: string;
  readonly size: number;
  readonly labels?: Labels;
  readonly location?: string | number;
  readonly server?: number;
  readonly format?: string;
}

/** GB */
const sizes = { smallest: 10, largest: 10_240 };

function ref(volume: VolumeRow): ResourceRef {
  return { type: "volume", id: volume.id };
}

/** Volumes themselves; where they are is changed by actions (attach.ts). */
export const volumeOperations: Operations = {
  "GET /volumes": list("volumes", (cloud) => cloud.store.all("volumes").map(view)),
  "GET /volumes/{id}": call((cloud, _body, { id }) => ({ volume: view(found(cloud, "volumes", id)) })),
  "POST /volumes": call(create),
  "PUT /volumes/{id}": call((cloud, body: { name?: string; labels?: Labels }, { id }) => {
    const volume = found(cloud, "volumes", id);
    const update = checkedUpdate(cloud, "volumes", volume, body);
    return { volume: view(cloud.store.put("volumes", { ...volume, ...update })) };
  }),
  "DELETE /volumes/{id}": callWithoutAnswer((cloud, id) => {
    const volume = found(cloud, "volumes", id);
    cloud.actions.assertIdle(ref(volume));
    assertNotProtected(`volume ${volume.name}`, volume.protection);
    if (volume.server !== null) throw new ApiError("resource_in_use", `volume ${volume.name} is attached to a server`);
    cloud.store.remove("volumes", volume.id);
    cloud.store.afterCommit(() => {
      cloud.machines.background(`removal of volume ${volume.name}`, cloud.machines.removeVolume(volume.id));
    });
  }),
  "POST /volumes/{id}/actions/attach": call((cloud, body: { server: number }, { id }) => {
    const volume = found(cloud, "volumes", id);
    const server = found(cloud, "servers", body.server);
    cloud.actions.assertIdle(ref(volume), serverRef(server.id));
    assertAttachable(cloud, volume, server);
    return { action: actionView(cloud, cloud.actions.create("attach_volume", [serverRef(server.id), ref(volume)])) };
  }),
  "POST /volumes/{id}/actions/detach": call((cloud, _body, { id }) => {
    const volume = found(cloud, "volumes", id);
    if (volume.server === null) throw new ApiError("invalid_input", `volume ${volume.name} is not attached`);
    cloud.actions.assertIdle(ref(volume), serverRef(volume.server));
    const resources = [serverRef(volume.server), ref(volume)];
    return { action: actionView(cloud, cloud.actions.create("detach_volume", resources)) };
  }),
  "POST /volumes/{id}/actions/resize": call((cloud, body: { size: number }, { id }) => {
    const volume = found(cloud, "volumes", id);
    cloud.actions.assertIdle(ref(volume));
    if (checkedSize(body.size) <= volume.size) {
      throw invalidField("size", `has to be more than the ${String(volume.size)} GB that the volume has`);
    }
    cloud.store.put("volumes", { ...volume, size: body.size });
    return { action: actionView(cloud, cloud.actions.create("resize_volume", [ref(volume)])) };
  }),
  "POST /volumes/{id}/actions/change_protection": call((cloud, body: { delete?: boolean }, { id }) => {
    const volume = found(cloud, "volumes", id);
    cloud.actions.assertIdle(ref(volume));
    cloud.store.put("volumes", { ...volume, protection: changedProtection(volume.protection, body) });
    return { action: actionView(cloud, note(cloud, "change_protection", ref(volume))) };
  }),
};

function checkedSize(size: number): number {
  if (Number.isInteger(size) && size >= sizes.smallest && size <= sizes.largest) return size;
  throw invalidField("size", `has to be a whole number from ${String(sizes.smallest)} to ${String(sizes.largest)} GB`);
}

function create(cloud: Cloud, body: CreateBody): View {
  if (body.format !== undefined && body.format !== "ext4" && body.format !== "xfs") {
    throw invalidField("format", `"${body.format}" is neither ext4 nor xfs`);
  }
  const server = body.server === undefined ? undefined : attachTo(cloud, body.server);
  if ((server === undefined) === (body.location === undefined)) {
    throw invalidField("location", "give either location or server");
  }
  const volume = cloud.store.put("volumes", {
    id: cloud.store.newId(),
    name: checkedName(cloud, "volumes", body.name),
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    size: checkedSize(body.size),
    format: body.format ?? null,
    location: server?.location ?? findLocation(body.location as string | number).id,
    server: null,
    status: "creating",
    protection: { delete: false },
  });
  // Attaching comes after the creation, so the volume is attachable for it although it is busy now.
  const action = cloud.actions.create("create_volume", [ref(volume)]);
  const next = server === undefined ? [] : [afterCreation(cloud, volume, server, action)];
  return {
    volume: view(volume),
    action: actionView(cloud, action),
    next_actions: next.map((row) => actionView(cloud, row)),
  };
}

function attachTo(cloud: Cloud, id: number): ServerRow {
  const server = cloud.store.get("servers", id);
  if (server === undefined) throw invalidField("server", `server ${String(id)} does not exist`);
  cloud.actions.assertIdle(serverRef(id));
  return server;
}

function afterCreation(
  cloud: Cloud,
  volume: VolumeRow,
  server: ServerRow,
  after: ReturnType<typeof attachVolumeAction>,
) {
  assertAttachable(cloud, volume, server);
  return cloud.actions.create("attach_volume", [serverRef(server.id), ref(volume)], { after });
}

/** What making and growing a volume does once its time is over. */
export const volumeEffects = {
  create_volume: {
    work: (cloud, action) => cloud.machines.ensureVolume(resourceOf(action, "volume")),
    success: (cloud, action) => {
      const volume = found(cloud, "volumes", resourceOf(action, "volume"));
      cloud.store.put("volumes", { ...volume, status: "available" });
    },
  },
  resize_volume: { work: (cloud, action) => cloud.machines.ensureVolume(resourceOf(action, "volume")) },
} satisfies Record<string, Effects>;

function view(volume: VolumeRow): View {
  return {
    id: volume.id,
    name: volume.name,
    labels: volume.labels,
    created: timestamp(volume.created),
    status: volume.status,
    size: volume.size,
    format: volume.format,
    linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${String(volume.id)}`,
    location: locationOf(volume.location),
    server: volume.server,
    protection: volume.protection,
  };
}
