import { resourceOf, type Effects } from "../actions/effects";
import { found, type Cloud } from "../cloud";
import { serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import type { ActionRow, ServerRow, VolumeRow } from "../rows";

/** Volumes of a server at most. */
const volumeLimit = 16;

/** @throws when the volume cannot be attached to this server */
export function assertAttachable(cloud: Cloud, volume: VolumeRow, server: Pick<ServerRow, "id" | "name" | "location">) {
  if (volume.server !== null) {
    throw new ApiError("volume_already_attached", `volume ${volume.name} is attached to a server already`);
  }
  if (volume.location !== server.location) {
    throw invalidField("server", `server ${server.name} is in another location than volume ${volume.name}`);
  }
  if (cloud.store.find("volumes", "server", server.id).length >= volumeLimit) {
    throw new ApiError("resource_limit_exceeded", `server ${server.name} has ${String(volumeLimit)} volumes already`);
  }
}

/** An action that attaches an idle volume, for a server that is being created. */
export function attachVolumeAction(cloud: Cloud, id: number, server: ServerRow, after: ActionRow): ActionRow {
  const volume = cloud.store.get("volumes", id);
  if (volume === undefined) throw invalidField("volumes", `volume ${String(id)} does not exist`);
  cloud.actions.assertIdle({ type: "volume", id });
  assertAttachable(cloud, volume, server);
  return cloud.actions.create("attach_volume", [serverRef(server.id), { type: "volume", id }], { after });
}

/** What attaching and detaching does once its time is over. */
export const attachEffects = {
  attach_volume: {
    work: async (cloud, action) => {
      await cloud.provisioner.ensureVolume(resourceOf(action, "volume"));
      await cloud.provisioner.attachVolume(resourceOf(action, "volume"), resourceOf(action, "server"));
    },
    success: (cloud, action) => {
      const volume = found(cloud, "volumes", resourceOf(action, "volume"));
      cloud.store.put("volumes", { ...volume, server: resourceOf(action, "server") });
    },
  },
  detach_volume: {
    work: (cloud, action) => cloud.provisioner.detachVolume(resourceOf(action, "volume"), resourceOf(action, "server")),
    success: (cloud, action) => {
      const volume = found(cloud, "volumes", resourceOf(action, "volume"));
      cloud.store.put("volumes", { ...volume, server: null });
    },
  },
} satisfies Record<string, Effects>;
