import { resourceOf, type Effects } from "../actions/effects";
import { found, type Cloud } from "../cloud";
import { overlaps, includes, parseCidr, parseIpv4, type Cidr } from "../cidr";
import { serverRef } from "../common";
import { ApiError, invalidField } from "../errors";
import { checkedAddress, freeAddress, usedAddresses } from "../networks/addresses";
import { call, type Operations, type View } from "../operation";
import { started } from "../resource";
import type { NetworkRow, PrivateNet, ServerRow } from "../rows";

interface AttachBody {
  readonly network: number;
  readonly ip?: string;
  readonly alias_ips?: readonly string[];
  readonly ip_range?: string;
}

interface AliasBody {
  readonly network: number;
  readonly alias_ips: readonly string[];
}

/** Servers of a network at most. */
const serverLimit = 100;

/** A server's place in networks and placement groups. */
export const attachmentOperations: Operations = {
  "POST /servers/{id}/actions/attach_to_network": call((cloud, body: AttachBody, { id }) => {
    const server = found(cloud, "servers", id);
    cloud.actions.assertIdle(serverRef(server.id));
    attachPrivateNet(cloud, server.id, body);
    return act(cloud, "attach_to_network", server, body.network);
  }),
  "POST /servers/{id}/actions/detach_from_network": call((cloud, body: { network: number }, { id }) => {
    const server = found(cloud, "servers", id);
    attachedNet(server, body.network);
    cloud.actions.assertIdle(serverRef(server.id));
    const privateNets = server.privateNets.filter((net) => net.network !== body.network);
    cloud.store.put("servers", { ...server, privateNets });
    return act(cloud, "detach_from_network", server, body.network);
  }),
  "POST /servers/{id}/actions/change_alias_ips": call((cloud, body: AliasBody, { id }) => {
    const server = found(cloud, "servers", id);
    const net = attachedNet(server, body.network);
    cloud.actions.assertIdle(serverRef(server.id));
    const network = found(cloud, "networks", body.network);
    const used = usedAddresses(cloud, network.id, server.id).add(net.ip);
    const aliasIps = checkedAliases(network, server, body.alias_ips, used);
    replaceNet(cloud, server, { ...net, aliasIps });
    return act(cloud, "change_alias_ips", server, network.id);
  }),
};

function act(
  cloud: Cloud,
  command: "attach_to_network" | "detach_from_network" | "change_alias_ips",
  server: ServerRow,
  network: number,
): View {
  const resources = [serverRef(server.id), { type: "network", id: network } as const];
  return started(cloud, command, resources, { input: { network } });
}

function attachedNet(server: ServerRow, network: number): PrivateNet {
  const net = server.privateNets.find((candidate) => candidate.network === network);
  if (net !== undefined) return net;
  throw new ApiError("not_found", `server ${server.name} is not attached to network ${String(network)}`);
}

function replaceNet(cloud: Cloud, server: ServerRow, net: PrivateNet): void {
  const others = server.privateNets.filter((present) => present.network !== net.network);
  cloud.store.put("servers", { ...server, privateNets: [...others, net] });
}

/** Gives the server an address in the network; its action makes it real. */
export function attachPrivateNet(cloud: Cloud, serverId: number, body: AttachBody): void {
  const server = found(cloud, "servers", serverId);
  const network = cloud.store.get("networks", body.network);
  if (network === undefined) throw new ApiError("not_found", `network ${String(body.network)} not found`);
  if (server.privateNets.some((net) => net.network === network.id)) {
    throw new ApiError("server_already_attached", `server ${server.name} is already attached to ${network.name}`);
  }
  checkOverlap(cloud, server, network);
  if (cloud.store.find("servers", "network", network.id).length >= serverLimit) {
    throw new ApiError("resource_limit_exceeded", `network ${network.name} has ${String(serverLimit)} servers already`);
  }
  const used = usedAddresses(cloud, network.id);
  const ip = address(network, server, body, used);
  const aliasIps = checkedAliases(network, server, body.alias_ips ?? [], new Set([...used, ip]));
  replaceNet(cloud, server, { network: network.id, ip, aliasIps, mac: macAddress(cloud.store.newId()) });
}

function address(network: NetworkRow, server: ServerRow, body: AttachBody, used: ReadonlySet<string>): string {
  if (body.ip_range !== undefined && !network.subnets.some((subnet) => subnet.ipRange === body.ip_range)) {
    throw invalidField("ip_range", `network ${network.name} has no subnet "${body.ip_range}"`);
  }
  if (body.ip === undefined) return freeAddress(network, server, used, body.ip_range);
  const ip = checkedAddress(network, server, body.ip, "ip", used);
  if (body.ip_range !== undefined && !includes(parseCidr(body.ip_range) as Cidr, parseIpv4(ip) as number)) {
    throw invalidField("ip", `"${ip}" is not in "${body.ip_range}"`);
  }
  return ip;
}

function checkOverlap(cloud: Cloud, server: ServerRow, network: NetworkRow): void {
  const range = parseCidr(network.ipRange) as Cidr;
  for (const net of server.privateNets) {
    const other = found(cloud, "networks", net.network);
    if (overlaps(range, parseCidr(other.ipRange) as Cidr)) {
      throw new ApiError(
        "networks_overlap",
        `the server is in network ${other.name}, which overlaps with ${network.name}`,
      );
    }
  }
}

function checkedAliases(
  network: NetworkRow,
  server: ServerRow,
  aliases: readonly string[],
  used: ReadonlySet<string>,
): string[] {
  const taken = new Set(used);
  return aliases.map((alias) => {
    checkedAddress(network, server, alias, "alias_ips", taken);
    taken.add(alias);
    return alias;
  });
}

/** A locally administered address that no other interface has. */
function macAddress(id: number): string {
  const digits = id.toString(16).padStart(6, "0").slice(-6);
  return `86:00:00:${(digits.match(/../g) ?? []).join(":")}`;
}

const ensuresMachine: Effects = {
  // Many servers join one network at once, so the network stays free.
  locks: ["server"],
  work: (cloud, action) => cloud.provisioner.ensure(resourceOf(action, "server")),
};

/** What these actions do once their time is over. */
export const attachmentEffects = {
  attach_to_network: {
    ...ensuresMachine,
    failure: (cloud, action) => {
      const server = cloud.store.get("servers", resourceOf(action, "server"));
      if (server === undefined) return;
      const privateNets = server.privateNets.filter((net) => net.network !== action.input.network);
      cloud.store.put("servers", { ...server, privateNets });
    },
  },
  detach_from_network: ensuresMachine,
  change_alias_ips: ensuresMachine,
} satisfies Record<string, Effects>;
