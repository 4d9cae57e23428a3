import { resourceOf, type Effects } from "../actions/effects";
import { actionView } from "../actions/view";
import { findLocation } from "../catalog";
import { found, type Cloud } from "../cloud";
import { assertNotProtected, changedProtection, checkedName, checkedUpdate, note, serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, callWithoutAnswer, list, type Operations, type View } from "../operation";
import type { ActionRow, FloatingIpRow, IpType, ResourceRef, ServerRow } from "../rows";
import { changedPtr } from "./dnsPtr";
import { freePublicAddress } from "./publicAddresses";
import { floatingIpView } from "./views";

interface CreateBody {
  readonly type: IpType;
  readonly name?: string;
  readonly description?: string | null;
  readonly labels?: Labels;
  readonly home_location?: string | number;
  readonly server?: number | null;
}

function ref(ip: FloatingIpRow): ResourceRef {
  return { type: "floating_ip", id: ip.id };
}

/** Floating IPs; who holds one is changed by actions (assign.ts). */
export const floatingIpOperations: Operations = {
  "GET /floating_ips": list("floating_ips", (cloud) => cloud.store.all("floating_ips").map(floatingIpView)),
  "GET /floating_ips/{id}": call((cloud, _body, { id }) => ({
    floating_ip: floatingIpView(found(cloud, "floating_ips", id)),
  })),
  "POST /floating_ips": call(create),
  "PUT /floating_ips/{id}": call(
    (cloud, body: { name?: string; description?: string | null; labels?: Labels }, { id }) => {
      const ip = found(cloud, "floating_ips", id);
      const description = body.description ?? ip.description;
      const update = checkedUpdate(cloud, "floating_ips", ip, body);
      return { floating_ip: floatingIpView(cloud.store.put("floating_ips", { ...ip, ...update, description })) };
    },
  ),
  "DELETE /floating_ips/{id}": callWithoutAnswer((cloud, id) => {
    const ip = found(cloud, "floating_ips", id);
    cloud.actions.assertIdle(ref(ip));
    assertNotProtected(`floating IP ${ip.name}`, ip.protection);
    if (ip.server !== null) throw new ApiError("must_be_unassigned", `floating IP ${ip.name} is assigned to a server`);
    cloud.store.remove("floating_ips", ip.id);
  }),
  "POST /floating_ips/{id}/actions/assign": call((cloud, body: { server: number }, { id }) => {
    const ip = found(cloud, "floating_ips", id);
    const server = found(cloud, "servers", body.server);
    cloud.actions.assertIdle(ref(ip), serverRef(server.id));
    if (ip.server === server.id) {
      throw new ApiError("floating_ip_assigned", `floating IP ${ip.name} is already assigned to ${server.name}`);
    }
    return { action: actionView(cloud, assign(cloud, ip, server)) };
  }),
  "POST /floating_ips/{id}/actions/unassign": call((cloud, _body, { id }) => {
    const ip = found(cloud, "floating_ips", id);
    cloud.actions.assertIdle(ref(ip));
    const holder = ip.server === null ? [] : [serverRef(ip.server)];
    return { action: actionView(cloud, cloud.actions.create("unassign_floating_ip", [ref(ip), ...holder])) };
  }),
  "POST /floating_ips/{id}/actions/change_dns_ptr": call(
    (cloud, body: { ip: string; dns_ptr: string | null }, { id }) => {
      const ip = found(cloud, "floating_ips", id);
      cloud.store.put("floating_ips", { ...ip, dnsPtr: changedPtr(ip, body.ip, body.dns_ptr) });
      return { action: actionView(cloud, note(cloud, "change_dns_ptr", ref(ip))) };
    },
  ),
  "POST /floating_ips/{id}/actions/change_protection": call((cloud, body: { delete?: boolean }, { id }) => {
    const ip = found(cloud, "floating_ips", id);
    cloud.actions.assertIdle(ref(ip));
    cloud.store.put("floating_ips", { ...ip, protection: changedProtection(ip.protection, body) });
    return { action: actionView(cloud, note(cloud, "change_protection", ref(ip))) };
  }),
};

function create(cloud: Cloud, body: CreateBody): View {
  const server = body.server === undefined || body.server === null ? undefined : holder(cloud, body.server);
  if (server === undefined && body.home_location === undefined) {
    throw invalidField("home_location", "is required without a server");
  }
  const id = cloud.store.newId();
  const ip = cloud.store.put("floating_ips", {
    id,
    name: checkedName(cloud, "floating_ips", body.name ?? `floating-ip-${String(id)}`),
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    description: body.description ?? "",
    type: body.type,
    ip: freePublicAddress(cloud, "floating", body.type),
    location: body.home_location === undefined ? (server as ServerRow).location : locationId(body.home_location),
    dnsPtr: {},
    protection: { delete: false },
    server: null,
  });
  const action = server === undefined ? undefined : assign(cloud, ip, server);
  return { floating_ip: floatingIpView(ip), ...(action && { action: actionView(cloud, action) }) };
}

function locationId(key: string | number): number {
  return findLocation(key, "home_location").id;
}

function holder(cloud: Cloud, id: number): ServerRow {
  const server = cloud.store.get("servers", id);
  if (server === undefined) throw invalidField("server", `server ${String(id)} does not exist`);
  cloud.actions.assertIdle(serverRef(id));
  return server;
}

function assign(cloud: Cloud, ip: FloatingIpRow, server: ServerRow): ActionRow {
  return cloud.actions.create("assign_floating_ip", [ref(ip), serverRef(server.id)]);
}

/** The API shows the new holder once the address is routed there: a client that verifies sees what is true. */
export const floatingIpEffects = {
  assign_floating_ip: {
    // Traffic goes the old way until the move is done: the delay is a gap that visitors have.
    late: true,
    work: (cloud, action) => {
      const ip = found(cloud, "floating_ips", resourceOf(action, "floating_ip"));
      return cloud.machines.routeFloatingIp(ip, resourceOf(action, "server"));
    },
    success: (cloud, action) => {
      const ip = found(cloud, "floating_ips", resourceOf(action, "floating_ip"));
      cloud.store.put("floating_ips", { ...ip, server: resourceOf(action, "server") });
    },
  },
  unassign_floating_ip: {
    // The server that loses the address may go on with its own affairs.
    locks: ["floating_ip"],
    // Traffic goes the old way until the move is done: the delay is a gap that visitors have.
    late: true,
    work: (cloud, action) => {
      const ip = found(cloud, "floating_ips", resourceOf(action, "floating_ip"));
      return cloud.machines.routeFloatingIp(ip, null);
    },
    success: (cloud, action) => {
      const ip = found(cloud, "floating_ips", resourceOf(action, "floating_ip"));
      cloud.store.put("floating_ips", { ...ip, server: null });
    },
  },
} satisfies Record<string, Effects>;
