import { resourceOf, type Effects } from "../actions/effects";
import { actionView } from "../actions/view";
import { findLocation, locationOf } from "../catalog";
import { found, type Cloud } from "../cloud";
import { assertNotProtected, checkedName, serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, type Operations, type View } from "../operation";
import { change, changeProtection, namedResource, namedView, started } from "../resource";
import type { ResourceRef, ServerRow, VolumeRow } from "../rows";
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

/** Volumes themselves; attach.ts has what attaches them. */
export const volumeOperations: Operations = {
  ...namedResource("volumes", {
    view: (_cloud, volume) => view(volume),
    remove: (cloud, volume) => {
      cloud.actions.assertIdle(ref(volume));
      assertNotProtected(`volume ${volume.name}`, volume.protection);
      if (volume.server !== null)
        throw new ApiError("resource_in_use", `volume ${volume.name} is attached to a server`);
      cloud.store.afterCommit(() => {
        cloud.provisioner.background(`removal of volume ${volume.name}`, cloud.provisioner.removeVolume(volume.id));
      });
    },
  }),
  "POST /volumes": call(create),
  "POST /volumes/{id}/actions/attach": call((cloud, body: { server: number }, { id }) => {
    const volume = found(cloud, "volumes", id);
    const server = found(cloud, "servers", body.server);
    cloud.actions.assertIdle(ref(volume), serverRef(server.id));
    assertAttachable(cloud, volume, server);
    return started(cloud, "attach_volume", [serverRef(server.id), ref(volume)]);
  }),
  "POST /volumes/{id}/actions/detach": call((cloud, _body, { id }) => {
    const volume = found(cloud, "volumes", id);
    if (volume.server === null) throw new ApiError("invalid_input", `volume ${volume.name} is not attached`);
    cloud.actions.assertIdle(ref(volume), serverRef(volume.server));
    return started(cloud, "detach_volume", [serverRef(volume.server), ref(volume)]);
  }),
  "POST /volumes/{id}/actions/resize": change("volumes", "resize_volume", (volume, body: { size: number }) => {
    if (checkedSize(body.size) > volume.size) return { size: body.size };
    throw invalidField("size", `has to be more than the ${String(volume.size)} GB that the volume has`);
  }),
  ...changeProtection("volumes"),
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
  if (server === undefined) return { volume: view(volume), action: actionView(cloud, action), next_actions: [] };
  assertAttachable(cloud, volume, server);
  const next = cloud.actions.create("attach_volume", [serverRef(server.id), ref(volume)], { after: action });
  return { volume: view(volume), action: actionView(cloud, action), next_actions: [actionView(cloud, next)] };
}

function attachTo(cloud: Cloud, id: number): ServerRow {
  const server = cloud.store.get("servers", id);
  if (server === undefined) throw invalidField("server", `server ${String(id)} does not exist`);
  cloud.actions.assertIdle(serverRef(id));
  return server;
}

/** What making and growing a volume does once its time is over. */
export const volumeEffects = {
  create_volume: {
    work: (cloud, action) => cloud.provisioner.ensureVolume(resourceOf(action, "volume")),
    success: (cloud, action) => {
      const volume = found(cloud, "volumes", resourceOf(action, "volume"));
      cloud.store.put("volumes", { ...volume, status: "available" });
    },
  },
  resize_volume: { work: (cloud, action) => cloud.provisioner.ensureVolume(resourceOf(action, "volume")) },
} satisfies Record<string, Effects>;

function view(volume: VolumeRow): View {
  return {
    ...namedView(volume),
    status: volume.status,
    size: volume.size,
    format: volume.format,
    linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${String(volume.id)}`,
    location: locationOf(volume.location),
    server: volume.server,
    protection: volume.protection,
  };
}
