import type { Command } from "../actions/delays";
import { resourceOf, type Effects } from "../actions/effects";
import { actionView } from "../actions/view";
import { findServerType, serverTypeOf } from "../catalog";
import { found, type Cloud } from "../cloud";
import { changedProtection, note, serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { changedPtr, holdsAddress } from "../ips/dnsPtr";
import { call, type Operation, type Operations, type View } from "../operation";
import { assertRoomInGroup } from "../placementGroups";
import type { ServerRow } from "../rows";
import { checkedImage } from "./create";

interface TypeBody {
  readonly server_type: string | number;
  readonly upgrade_disk?: boolean;
}

/** An operation on an idle server: what `changed` gives is written, then the action runs. */
function change<Body>(
  command: Command,
  changed: (cloud: Cloud, server: ServerRow, body: Body) => Partial<ServerRow>,
  more: View = {},
): Operation {
  return call((cloud, body: Body, { id }) => {
    const server = found(cloud, "servers", id);
    cloud.actions.assertIdle(serverRef(server.id));
    const changes = changed(cloud, server, body);
    cloud.store.put("servers", { ...server, ...changes });
    return { action: actionView(cloud, cloud.actions.create(command, [serverRef(server.id)])), ...more };
  });
}

/** @throws server_not_stopped */
export function assertOff(server: ServerRow): void {
  if (server.status !== "off") throw new ApiError("server_not_stopped", `server ${server.name} has to be powered off`);
}

/** Type, disk, protection, backups and reverse DNS of a server. */
export const changeOperations: Operations = {
  "POST /servers/{id}/actions/change_type": change("change_server_type", changedType),
  "POST /servers/{id}/actions/change_protection": change(
    "change_protection",
    (_cloud, server, body: { delete?: boolean; rebuild?: boolean }) => {
      const protection = changedProtection(server.protection, body);
      if (protection.delete !== protection.rebuild) {
        throw invalidField("delete", "delete and rebuild protection can only be set together");
      }
      return { protection };
    },
  ),
  "POST /servers/{id}/actions/add_to_placement_group": change(
    "add_to_placement_group",
    (cloud, server, body: { placement_group: number }) => {
      assertOff(server);
      if (server.placementGroup !== null) {
        throw new ApiError("invalid_input", `server ${server.name} is in a placement group already`);
      }
      const group = found(cloud, "placement_groups", body.placement_group);
      assertRoomInGroup(cloud, group);
      return { placementGroup: group.id };
    },
  ),
  "POST /servers/{id}/actions/remove_from_placement_group": change("remove_from_placement_group", (_cloud, server) => {
    if (server.placementGroup === null) {
      throw new ApiError("invalid_input", `server ${server.name} is in no placement group`);
    }
    return { placementGroup: null };
  }),
  "POST /servers/{id}/actions/enable_backup": change("enable_backup", () => ({ backupWindow: "22-02" })),
  "POST /servers/{id}/actions/disable_backup": change("disable_backup", () => ({ backupWindow: null })),
  "POST /servers/{id}/actions/rebuild": change(
    "rebuild_server",
    (cloud, server, body: { image: string | number; user_data?: string }) => {
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
    return { action: actionView(cloud, note(cloud, "change_dns_ptr", serverRef(server.id))) };
  }),
};

function changedType(_cloud: Cloud, server: ServerRow, body: TypeBody): Partial<ServerRow> {
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
    work: (cloud, action) => cloud.machines.start(resourceOf(action, "server")),
  },
  rebuild_server: {
    status: { during: "rebuilding", success: "running", failure: "off" },
    work: (cloud, action) => cloud.machines.rebuild(resourceOf(action, "server")),
  },
  create_server: {
    status: { during: "initializing", success: "off", failure: "unknown" },
    work: (cloud, action) => cloud.machines.ensure(resourceOf(action, "server")),
  },
  add_to_placement_group: {},
  remove_from_placement_group: {},
  enable_backup: {},
  disable_backup: {},
  change_protection: {},
  // Names of addresses are set while the address's server is busy with something else.
  change_dns_ptr: { locks: [] },
} satisfies Partial<Record<Command, Effects>>;
