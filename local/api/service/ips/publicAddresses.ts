import type { AddressPlan } from "../../../network/addresses";
import type { Cloud } from "../cloud";
import { ApiError } from "../errors";
import type { IpType } from "../rows";

/** Kinds that have public addresses, and the table that says which are taken. */
const tables = { primary: "primary_ips", floating: "floating_ips", "storage box": "storage_boxes" } as const;
type Kind = keyof typeof tables;

/** The first address of the cloud's plan that no project has (for IPv6 the first free /64). @throws resource_limit_exceeded */
export function freePublicAddress(cloud: Cloud, kind: Kind, type: IpType): string {
  const table = tables[kind];
  const candidates = type === "ipv4" ? ipv4Addresses(cloud.addresses, kind) : ipv6Networks(cloud.addresses, kind);
  for (const ip of candidates) if (cloud.allProjects.find(table, "ip", ip).length === 0) return ip;
  throw new ApiError("resource_limit_exceeded", `the local cloud has no free ${kind} ${type} address`);
}

function* ipv4Addresses(plan: AddressPlan, kind: Kind): Generator<string> {
  const { primaryIpv4, floatingIpv4, storageBoxIpv4 } = plan;
  const { first, last } = { primary: primaryIpv4, floating: floatingIpv4, "storage box": storageBoxIpv4 }[kind];
  const [, prefix = "", from = ""] = /^(.*\.)(\d+)$/.exec(first) ?? [];
  const to = Number(last.slice(prefix.length));
  for (let host = Number(from); host <= to; host++) yield `${prefix}${String(host)}`;
}

/** Far fewer than the plan has for servers, and far more than a local cloud has machines. */
const IPV6_NETWORKS = { primary: 4000, floating: 4000, "storage box": 200 };

function* ipv6Networks(plan: AddressPlan, kind: Kind): Generator<string> {
  const { primaryIpv6, floatingIpv6, storageBoxIpv6 } = plan;
  const network = { primary: primaryIpv6, floating: floatingIpv6, "storage box": storageBoxIpv6 }[kind];
  for (let index = 0; index < IPV6_NETWORKS[kind]; index++) yield network(index);
}
