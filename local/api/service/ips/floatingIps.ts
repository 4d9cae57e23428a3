import { resourceOf, type Effects } from "../actions/effects";
import { findLocation } from "../catalog";
import { found, type Cloud } from "../cloud";
import { assertNotProtected, checkedName, serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, type Operations, type View } from "../operation";
import { changeProtection, namedResource, started } from "../resource";
import type { ActionRow, FloatingIpRow, IpType, ResourceRef, ServerRow } from "../rows";
import { changeDnsPtr } from "./dnsPtr";
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

/** Floating IPs; actions assign them to servers. */
export const floatingIpOperations: Operations = {
  ...namedResource("floating_ips", {
    view: (_cloud, ip) => floatingIpView(ip),
    update: (ip, body: { readonly description?: string | null }) => ({
      description: body.description ?? ip.description,
    }),
    remove: (cloud, ip) => {
      cloud.actions.assertIdle(ref(ip));
      assertNotProtected(`floating IP ${ip.name}`, ip.protection);
      if (ip.server !== null)
        throw new ApiError("must_be_unassigned", `floating IP ${ip.name} is assigned to a server`);
    },
  }),
  "POST /floating_ips": call(create),
  "POST /floating_ips/{id}/actions/assign": call((cloud, body: { server: number }, { id }) => {
    const ip = found(cloud, "floating_ips", id);
    const server = found(cloud, "servers", body.server);
    cloud.actions.assertIdle(ref(ip), serverRef(server.id));
    if (ip.server === server.id) {
      throw new ApiError("floating_ip_assigned", `floating IP ${ip.name} is already assigned to ${server.name}`);
    }
    return assign(cloud, ip, server);
  }),
  "POST /floating_ips/{id}/actions/unassign": call((cloud, _body, { id }) => {
    const ip = found(cloud, "floating_ips", id);
    cloud.actions.assertIdle(ref(ip));
    const holder = ip.server === null ? [] : [serverRef(ip.server)];
    return started(cloud, "unassign_floating_ip", [ref(ip), ...holder]);
  }),
  ...changeDnsPtr("floating_ips"),
  ...changeProtection("floating_ips"),
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
  return { floating_ip: floatingIpView(ip), ...(server && assign(cloud, ip, server)) };
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

function assign(cloud: Cloud, ip: FloatingIpRow, server: ServerRow): View {
  return started(cloud, "assign_floating_ip", [ref(ip), serverRef(server.id)]);
}

/** Routes a floating IP to a server, or to none, and then says so. */
function reroutes(target: (action: ActionRow) => number | null): Effects {
  const ipOf = (cloud: Cloud, action: ActionRow) => found(cloud, "floating_ips", resourceOf(action, "floating_ip"));
  return {
    // Traffic takes the old route until the delay is over: visitors notice the gap.
    late: true,
    work: (cloud, action) => cloud.provisioner.routeFloatingIp(ipOf(cloud, action), target(action)),
    success: (cloud, action) => {
      cloud.store.put("floating_ips", { ...ipOf(cloud, action), server: target(action) });
    },
  };
}

/** The API shows the new holder once the address is routed there, so a client that checks sees the truth. */
export const floatingIpEffects = {
  assign_floating_ip: reroutes((action) => resourceOf(action, "server")),
  // The server that loses the address stays free for other actions.
  unassign_floating_ip: { ...reroutes(() => null), locks: ["floating_ip"] },
} satisfies Record<string, Effects>;
