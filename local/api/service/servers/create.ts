import { actionView } from "../actions/view";
import {
  findBootImage,
  findDatacenter,
  findLocation,
  findServerType,
  placesOf,
  type Location,
  type ServerType,
} from "../catalog";
import { found, type Cloud } from "../cloud";
import { checkedName, serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { assertRoomForFirewall } from "../firewalls/apply";
import { checkedLabels, type Labels } from "../labels";
import type { View } from "../operation";
import { assertRoomInGroup } from "../placementGroups";
import type { ActionRow, ServerRow } from "../rows";
import { attachVolumeAction } from "../volumes/attach";
import { attachPrivateNet } from "./attachments";
import { checkedPublicNet, assignPublicNet, type PublicNetBody } from "./publicNet";
import { serverView } from "./view";

/** A request for a new server, as the contract has it. */
export interface CreateBody {
  readonly name: string;
  readonly server_type: string | number;
  readonly image: string | number;
  readonly location?: string | number;
  readonly datacenter?: string;
  readonly labels?: Labels;
  readonly user_data?: string;
  readonly ssh_keys?: readonly (string | number)[];
  readonly firewalls?: readonly { readonly firewall: number }[];
  readonly networks?: readonly number[];
  readonly volumes?: readonly number[];
  readonly placement_group?: number;
  readonly public_net?: PublicNetBody;
  readonly start_after_create?: boolean;
}

/** Bytes of user data at most. */
const userDataLimit = 32 * 1024;

/** Letters, digits, dots and dashes as RFC 1123 has them. */
const hostname = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** @throws invalid_input, uniqueness_error */
export function checkedServerName(cloud: Cloud, name: string, own?: number): string {
  if (!hostname.test(name)) throw invalidField("name", `"${name}" is no host name (RFC 1123)`);
  return checkedName(cloud, "servers", name, own);
}

/** Checks everything, then writes the server, its addresses and its actions in one transaction. */
export function createServer(cloud: Cloud, body: CreateBody): View {
  const name = checkedServerName(cloud, body.name);
  const type = findServerType(body.server_type);
  const location = checkedLocation(body, type);
  const image = checkedImage(cloud, body.image, type.architecture, type.disk);
  if (Buffer.byteLength(body.user_data ?? "") > userDataLimit) throw invalidField("user_data", "is longer than 32 KiB");
  const group = body.placement_group === undefined ? undefined : groupOf(cloud, body.placement_group);
  const publicNet = checkedPublicNet(cloud, body.public_net, location);
  const start = body.start_after_create ?? true;
  if (start && !publicNet.ipv4.enabled && !publicNet.ipv6.enabled && (body.networks ?? []).length === 0) {
    throw invalidField("public_net", "a server needs a public or a private network to start");
  }

  const server = cloud.store.put("servers", {
    id: cloud.store.newId(),
    name,
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    status: "initializing",
    serverType: type.id,
    image,
    location: location.id,
    placementGroup: group?.id ?? null,
    userData: body.user_data ?? "",
    sshKeys: (body.ssh_keys ?? []).map((key) => publicKeyOf(cloud, key)),
    privateNets: [],
    protection: { delete: false, rebuild: false },
    disk: type.disk,
    backupWindow: null,
  });
  assignPublicNet(cloud, server, publicNet);
  applyFirewalls(cloud, server, body.firewalls ?? []);
  for (const network of body.networks ?? []) attachPrivateNet(cloud, server.id, { network });

  const action = cloud.actions.create("create_server", [serverRef(server.id)]);
  const next = nextActions(cloud, server, body, action, start);
  return {
    server: serverView(cloud, found(cloud, "servers", server.id)),
    action: actionView(cloud, action),
    next_actions: next.map((row) => actionView(cloud, row)),
    // Machines take keys only: there is no password to tell.
    root_password: null,
  };
}

function checkedLocation(body: CreateBody, type: ServerType): Location {
  if (body.datacenter !== undefined && body.location !== undefined) {
    throw invalidField("datacenter", "must not be used together with location");
  }
  const location =
    body.datacenter === undefined
      ? findLocation(body.location ?? (placesOf(type)[0] as string))
      : findDatacenter(body.datacenter);
  if (!placesOf(type).includes(location.name)) {
    throw new ApiError("invalid_server_type", `server type ${type.name} is not offered in ${location.name}`);
  }
  return location;
}

/** @throws invalid_input, and resource_unavailable for what the local cloud's machines cannot boot */
export function checkedImage(cloud: Cloud, key: string | number, architecture: string, disk: number): number {
  const image = findBootImage(cloud.store, key, architecture);
  if (image.diskSize > disk) throw invalidField("image", `needs a disk of ${String(image.diskSize)} GB`);
  if (cloud.provisioner.real && (image.name !== "debian-13" || !image.system)) {
    throw new ApiError("resource_unavailable", `the local cloud boots debian-13 only, not "${image.name}"`);
  }
  return image.id;
}

function groupOf(cloud: Cloud, id: number) {
  const group = cloud.store.get("placement_groups", id);
  if (group === undefined) throw invalidField("placement_group", `placement group ${String(id)} does not exist`);
  assertRoomInGroup(cloud, group);
  return group;
}

function publicKeyOf(cloud: Cloud, key: string | number): string {
  const byId = /^\d+$/.test(String(key)) ? cloud.store.get("ssh_keys", Number(key)) : undefined;
  const row = byId ?? cloud.store.find("ssh_keys", "name", String(key)).at(0);
  if (row === undefined) throw invalidField("ssh_keys", `SSH key "${String(key)}" does not exist`);
  return row.publicKey;
}

function applyFirewalls(cloud: Cloud, server: ServerRow, firewalls: readonly { readonly firewall: number }[]): void {
  for (const { firewall: id } of firewalls) {
    const firewall = cloud.store.get("firewalls", id);
    if (firewall === undefined) throw invalidField("firewalls", `firewall ${String(id)} does not exist`);
    assertRoomForFirewall(cloud, server);
    const appliedTo = [...firewall.appliedTo, { type: "server", server: server.id } as const];
    cloud.store.put("firewalls", { ...firewall, appliedTo });
  }
}

/** What follows the creation, one after the other: networks, volumes, and the start. */
function nextActions(
  cloud: Cloud,
  server: ServerRow,
  body: CreateBody,
  created: ActionRow,
  start: boolean,
): ActionRow[] {
  const actions: ActionRow[] = [];
  const last = () => actions.at(-1) ?? created;
  for (const network of body.networks ?? []) {
    const resources = [serverRef(server.id), { type: "network", id: network } as const];
    actions.push(cloud.actions.create("attach_to_network", resources, { input: { network }, after: last() }));
  }
  for (const volume of body.volumes ?? []) actions.push(attachVolumeAction(cloud, volume, server, last()));
  if (start) actions.push(cloud.actions.create("start_server", [serverRef(server.id)], { after: last() }));
  return actions;
}
