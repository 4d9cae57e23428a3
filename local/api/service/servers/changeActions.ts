import type { Command } from "../actions/delays";
import { resourceOf, type Effects } from "../actions/effects";
import { findServerType, serverTypeOf } from "../catalog";
import { found } from "../cloud";
import { serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { changedPtr, holdsAddress } from "../ips/dnsPtr";
import { call, type Operations } from "../operation";
import { assertRoomInGroup } from "../placementGroups";
import { change, changeProtection, started } from "../resource";
import type { ServerRow } from "../rows";
import { checkedImage } from "./create";

interface TypeBody {
  readonly server_type: string | number;
  readonly upgrade_disk?: boolean;
}

/** @throws server_not_stopped */
export function assertOff(server: ServerRow): void {
  if (server.status !== "off") throw new ApiError("server_not_stopped", `server ${server.name} has to be powered off`);
}

/** Type, disk, protection, backups and reverse DNS of a server. */
export const changeOperations: Operations = {
  "POST /servers/{id}/actions/change_type": change("servers", "change_server_type", changedType),
  ...changeProtection("servers", (_server, protection) => {
    if (protection.delete === protection.rebuild) return;
    throw invalidField("delete", "delete and rebuild protection can only be set together");
  }),
  "POST /servers/{id}/actions/add_to_placement_group": change(
    "servers",
    "add_to_placement_group",
    (server, body: { placement_group: number }, cloud) => {
      assertOff(server);
      if (server.placementGroup !== null) {
        throw new ApiError("invalid_input", `server ${server.name} is in a placement group already`);
      }
      const group = found(cloud, "placement_groups", body.placement_group);
      assertRoomInGroup(cloud, group);
      return { placementGroup: group.id };
    },
  ),
  "POST /servers/{id}/actions/remove_from_placement_group": change(
    "servers",
    "remove_from_placement_group",
    (server) => {
      if (server.placementGroup === null) {
        throw new ApiError("invalid_input", `server ${server.name} is in no placement group`);
      }
      return { placementGroup: null };
    },
  ),
  "POST /servers/{id}/actions/enable_backup": change("servers", "enable_backup", () => ({ backupWindow: "22-02" })),
  "POST /servers/{id}/actions/disable_backup": change("servers", "disable_backup", () => ({ backupWindow: null })),
  "POST /servers/{id}/actions/rebuild": change(
    "servers",
    "rebuild_server",
    (server, body: { image: string | number; user_data?: string }, cloud) => {
      if (server.protection.rebuild)
        throw new ApiError("protected", `server ${server.name} is protected from rebuilds`);
      const { architecture } = serverTypeOf(server.serverType);
      return {
        image: checkedImage(cloud, body.image, architecture, server.disk),
        userData: body.user_data ?? server.userData,
      };
    },
    { root_password: null },
  ),
  "POST /servers/{id}/actions/change_dns_ptr": call((cloud, body: { ip: string; dns_ptr: string | null }, { id }) => {
    const server = found(cloud, "servers", id);
    const ip = cloud.store.find("primary_ips", "server", server.id).find((row) => holdsAddress(row, body.ip));
    if (ip === undefined) throw invalidField("ip", `"${body.ip}" does not belong to server ${server.name}`);
    cloud.store.put("primary_ips", { ...ip, dnsPtr: changedPtr(ip, body.ip, body.dns_ptr) });
    return started(cloud, "change_dns_ptr", [serverRef(server.id)]);
  }),
};

function changedType(server: ServerRow, body: TypeBody): Partial<ServerRow> {
  assertOff(server);
  const type = findServerType(body.server_type);
  const old = serverTypeOf(server.serverType);
  if (type.id === old.id) throw new ApiError("invalid_server_type", `server ${server.name} is of this type already`);
  if (type.architecture !== old.architecture || type.disk < server.disk) {
    const why = type.disk < server.disk ? "its disk is smaller" : "its architecture is another";
    throw new ApiError("invalid_server_type", `server ${server.name} cannot become ${type.name}: ${why}`);
  }
  return { serverType: type.id, disk: body.upgrade_disk === true ? type.disk : server.disk };
}

/** What these actions do once their time is over. */
export const changeEffects = {
  // Hetzner copies the disk to another host and starts the server again.
  change_server_type: {
    status: { during: "migrating", success: "running", failure: "off" },
    work: (cloud, action) => cloud.provisioner.start(resourceOf(action, "server")),
  },
  rebuild_server: {
    status: { during: "rebuilding", success: "running", failure: "off" },
    work: (cloud, action) => cloud.provisioner.rebuild(resourceOf(action, "server")),
  },
  create_server: {
    status: { during: "initializing", success: "off", failure: "unknown" },
    work: (cloud, action) => cloud.provisioner.ensure(resourceOf(action, "server")),
  },
  add_to_placement_group: {},
  remove_from_placement_group: {},
  enable_backup: {},
  disable_backup: {},
  change_protection: {},
  // Names of addresses are set while the address's server is busy with something else.
  change_dns_ptr: { locks: [] },
} satisfies Partial<Record<Command, Effects>>;
