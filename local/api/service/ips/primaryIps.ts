import { resourceOf, type Effects } from "../actions/effects";
import { findDatacenter, findLocation, type Location } from "../catalog";
import { found, type Cloud } from "../cloud";
import { assertNotProtected, checkedName, serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, type Operations, type View } from "../operation";
import { changeProtection, namedResource, started } from "../resource";
import type { IpType, PrimaryIpRow, ResourceRef, ServerRow } from "../rows";
import { assertOff } from "../servers/changeActions";
import { changeDnsPtr } from "./dnsPtr";
import { freePublicAddress } from "./publicAddresses";
import { primaryIpView } from "./views";

interface CreateBody {
  readonly name: string;
  readonly type: IpType;
  readonly labels?: Labels;
  readonly auto_delete?: boolean;
  readonly location?: string | number;
  readonly datacenter?: string;
  readonly assignee_id?: number | null;
}

function ref(ip: PrimaryIpRow): ResourceRef {
  return { type: "primary_ip", id: ip.id };
}

/** Primary IPs: a server has to be off to get or lose one. */
export const primaryIpOperations: Operations = {
  ...namedResource("primary_ips", {
    view: (_cloud, ip) => primaryIpView(ip),
    update: (ip, body: { readonly auto_delete?: boolean }) => ({ autoDelete: body.auto_delete ?? ip.autoDelete }),
    remove: (cloud, ip) => {
      cloud.actions.assertIdle(ref(ip));
      assertNotProtected(`primary IP ${ip.name}`, ip.protection);
      if (ip.assignee !== null) {
        throw new ApiError("must_be_unassigned", `primary IP ${ip.name} is assigned to a server`);
      }
    },
  }),
  "POST /primary_ips": call(create),
  "POST /primary_ips/{id}/actions/assign": call((cloud, body: { assignee_id: number }, { id }) => {
    const ip = found(cloud, "primary_ips", id);
    const server = found(cloud, "servers", body.assignee_id);
    cloud.actions.assertIdle(ref(ip), serverRef(server.id));
    if (ip.assignee !== null) {
      throw new ApiError("primary_ip_already_assigned", `primary IP ${ip.name} is already assigned to a server`);
    }
    assertTakes(cloud, server, ip.type);
    if (ip.location !== server.location) {
      throw new ApiError("primary_ip_datacenter_mismatch", `${ip.name} and ${server.name} are in different locations`);
    }
    cloud.store.put("primary_ips", { ...ip, assignee: server.id });
    return started(cloud, "assign_primary_ip", [ref(ip), serverRef(server.id)]);
  }),
  "POST /primary_ips/{id}/actions/unassign": call((cloud, _body, { id }) => {
    const ip = found(cloud, "primary_ips", id);
    if (ip.assignee === null) throw new ApiError("invalid_input", `primary IP ${ip.name} is not assigned`);
    const server = found(cloud, "servers", ip.assignee);
    cloud.actions.assertIdle(ref(ip), serverRef(server.id));
    assertOff(server);
    cloud.store.put("primary_ips", { ...ip, assignee: null });
    return started(cloud, "unassign_primary_ip", [ref(ip), serverRef(server.id)]);
  }),
  ...changeDnsPtr("primary_ips"),
  ...changeProtection("primary_ips", (ip, protection) => {
    if (!protection.delete || !ip.autoDelete) return;
    throw invalidField("delete", "can only be set on a primary IP whose auto_delete is false");
  }),
};

/** The server is off and has no address of this family. */
function assertTakes(cloud: Cloud, server: ServerRow, type: IpType): void {
  assertOff(server);
  if (cloud.store.find("primary_ips", "server", server.id).some((other) => other.type === type)) {
    throw new ApiError(`server_has_${type}`, `server ${server.name} has an ${type} address already`);
  }
}

function create(cloud: Cloud, body: CreateBody): View {
  const assignee = body.assignee_id ?? null;
  if (
    [assignee, body.location, body.datacenter].filter((place) => place !== null && place !== undefined).length !== 1
  ) {
    throw invalidField("location", "give either location or assignee_id");
  }
  const server = assignee === null ? undefined : found(cloud, "servers", assignee);
  if (server !== undefined) {
    cloud.actions.assertIdle(serverRef(server.id));
    assertTakes(cloud, server, body.type);
  }
  const ip = cloud.store.put("primary_ips", {
    id: cloud.store.newId(),
    name: checkedName(cloud, "primary_ips", body.name),
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    type: body.type,
    ip: freePublicAddress(cloud, "primary", body.type),
    location: server?.location ?? place(body).id,
    dnsPtr: {},
    protection: { delete: false },
    assignee,
    autoDelete: body.auto_delete ?? false,
  });
  const resources = [ref(ip), ...(server === undefined ? [] : [serverRef(server.id)])];
  return { primary_ip: primaryIpView(ip), ...started(cloud, "create_primary_ip", resources) };
}

function place(body: CreateBody): Location {
  return body.datacenter === undefined ? findLocation(body.location ?? "") : findDatacenter(body.datacenter);
}

const ensuresServer: Effects = {
  work: async (cloud, action) => {
    const server = action.resources.find((resource) => resource.type === "server");
    if (server !== undefined) await cloud.provisioner.ensure(server.id);
  },
};

/** What the actions of primary IPs do once their time is over. */
export const primaryIpEffects = {
  create_primary_ip: ensuresServer,
  assign_primary_ip: ensuresServer,
  unassign_primary_ip: {
    ...ensuresServer,
    failure: (cloud, action) => {
      const ip = found(cloud, "primary_ips", resourceOf(action, "primary_ip"));
      cloud.store.put("primary_ips", { ...ip, assignee: resourceOf(action, "server") });
    },
  },
} satisfies Record<string, Effects>;
