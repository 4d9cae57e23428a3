import { isIPv4 } from "node:net";
import { addressProblem } from "../addresses";
import { ignore, isGone } from "../client";
import type { ApiDnsPtr, ApiServer } from "../objects";
import type { Context, Resource } from "../resource";

interface Inputs {
  readonly serverId?: number;
  readonly primaryIpId?: number;
  readonly floatingIpId?: number;
  readonly loadBalancerId?: number;
  readonly ipAddress: string;
  readonly dnsPtr: string;
}

const owners = [
  { property: "serverId", letter: "s", collection: "/servers", key: "server" },
  { property: "primaryIpId", letter: "p", collection: "/primary_ips", key: "primary_ip" },
  { property: "floatingIpId", letter: "f", collection: "/floating_ips", key: "floating_ip" },
  { property: "loadBalancerId", letter: "l", collection: "/load_balancers", key: "load_balancer" },
] as const;

const replacing = { kind: "integer", replaces: true } as const;

export const rdns: Resource<Inputs> = {
  group: "framework",
  properties: {
    serverId: replacing,
    primaryIpId: replacing,
    floatingIpId: replacing,
    loadBalancerId: replacing,
    ipAddress: { kind: "string", required: true, replaces: true, check: addressProblem },
    dnsPtr: { kind: "string", required: true },
  },
  outputs: [],
  check: (inputs) => {
    const given = owners.filter(({ property }) => inputs[property] !== undefined);
    return given.length === 1 ? [] : [`Exactly one of ${owners.map(({ property }) => property).join(", ")} is needed`];
  },

  async create(context, inputs) {
    const owner = owners.find(({ property }) => inputs[property] !== undefined) ?? owners[0];
    const ownerId = inputs[owner.property];
    const path = `${owner.collection}/${String(ownerId)}`;
    await context.api.get(path);
    await point(context, path, inputs.ipAddress, inputs.dnsPtr);
    return { id: `${owner.letter}-${String(ownerId)}-${inputs.ipAddress}`, ...inputs };
  },

  async read({ api }, id) {
    const { owner, ownerId, ip } = parse(id);
    const found = await api.find<Record<string, unknown>>(`${owner.collection}/${ownerId}`);
    const dnsPtr = found && pointerOf(owner.key, found[owner.key], ip);
    return dnsPtr === undefined ? undefined : { id, [owner.property]: Number(ownerId), ipAddress: ip, dnsPtr };
  },

  async update(context, { id, news }) {
    const { owner, ownerId, ip } = parse(id);
    await point(context, `${owner.collection}/${ownerId}`, ip, news.dnsPtr);
    return { id, ...news };
  },

  async delete(context, id) {
    const { owner, ownerId, ip } = parse(id);
    await point(context, `${owner.collection}/${ownerId}`, ip, null).catch(ignore(isGone, undefined));
  },
};

function parse(id: string) {
  const [, letter, ownerId, ip] = /^([spfl])-(\d+)-(.+)$/.exec(id) ?? [];
  const owner = owners.find((one) => one.letter === letter);
  if (!owner)
    throw new Error(`${JSON.stringify(id)} is no id of an Rdns: e.g. s-<server id>-<ip address> is expected.`);
  return { owner, ownerId, ip };
}

/** @param dnsPtr `null` puts Hetzner's own name back */
async function point({ api }: Context, path: string, ip: string, dnsPtr: string | null): Promise<void> {
  await api.act(`${path}/actions/change_dns_ptr`, { ip, dns_ptr: dnsPtr });
}

function pointerOf(kind: string, object: unknown, ip: string): string | undefined {
  if (kind === "server") {
    const { ipv4, ipv6 } = (object as ApiServer).public_net;
    if (isIPv4(ip)) return ipv4?.ip === ip ? ipv4.dns_ptr : undefined;
    return ipv6?.dns_ptr.find((entry) => entry.ip === ip)?.dns_ptr;
  }
  return (object as { dns_ptr?: readonly ApiDnsPtr[] }).dns_ptr?.find((entry) => entry.ip === ip)?.dns_ptr;
}
