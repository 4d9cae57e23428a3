import type { Location } from "../catalog";
import type { Cloud } from "../cloud";
import { ApiError, invalidField } from "../errors";
import { freePublicAddress } from "../ips/publicAddresses";
import type { IpType, PrimaryIpRow, ServerRow } from "../rows";

/** The public network of a server as a request has it. */
export interface PublicNetBody {
  readonly enable_ipv4?: boolean;
  readonly enable_ipv6?: boolean;
  readonly ipv4?: number | null;
  readonly ipv6?: number | null;
}

interface Family {
  readonly enabled: boolean;
  /** The primary IP that was asked for; absent: one is made with the server and goes with it. */
  readonly ip?: PrimaryIpRow;
}

/** What a new server gets of each family. */
export type PublicNet = Readonly<Record<IpType, Family>>;

/** What a request says about public addresses, with everything that it names found. @throws invalid_input */
export function checkedPublicNet(cloud: Cloud, body: PublicNetBody | undefined, location: Location): PublicNet {
  const family = (type: IpType): Family => {
    const enabled = body?.[`enable_${type}`] ?? true;
    const id = body?.[type] ?? null;
    if (id === null) return { enabled };
    if (!enabled) throw invalidField(`public_net.${type}`, `names an IP although enable_${type} is false`);
    return { enabled, ip: checkedIp(cloud, id, type, location) };
  };
  return { ipv4: family("ipv4"), ipv6: family("ipv6") };
}

function checkedIp(cloud: Cloud, id: number, type: IpType, location: Location): PrimaryIpRow {
  const ip = cloud.store.get("primary_ips", id);
  if (ip === undefined) throw invalidField(`public_net.${type}`, `primary IP ${String(id)} does not exist`);
  cloud.actions.assertIdle({ type: "primary_ip", id });
  if (ip.type !== type) throw new ApiError("primary_ip_version_mismatch", `primary IP ${ip.name} is not ${type}`);
  if (ip.assignee !== null) throw new ApiError("primary_ip_assigned", `primary IP ${ip.name} is already assigned`);
  if (ip.location !== location.id) {
    throw new ApiError("primary_ip_datacenter_mismatch", `primary IP ${ip.name} is not in ${location.name}`);
  }
  return ip;
}

/** Gives a new server the IPs that were asked for, and makes those that were not. */
export function assignPublicNet(cloud: Cloud, server: ServerRow, net: PublicNet): void {
  for (const type of ["ipv4", "ipv6"] as const) {
    const { enabled, ip } = net[type];
    if (!enabled) continue;
    if (ip !== undefined) cloud.store.put("primary_ips", { ...ip, assignee: server.id });
    else makePrimaryIp(cloud, server, type);
  }
}

function makePrimaryIp(cloud: Cloud, server: ServerRow, type: IpType): void {
  const id = cloud.store.newId();
  cloud.store.put("primary_ips", {
    id,
    name: `primary_ip-${String(id)}`,
    labels: {},
    created: cloud.clock.now(),
    type,
    ip: freePublicAddress(cloud, "primary", type),
    location: server.location,
    dnsPtr: {},
    protection: { delete: false },
    assignee: server.id,
    autoDelete: true,
  });
}
