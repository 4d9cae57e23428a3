import type { AddressPlan } from "../../../network/addresses";
import type { Cloud } from "../cloud";
import { ApiError } from "../errors";
import type { IpType } from "../rows";

/** The first free address of the cloud's plan (for IPv6 the first free /64). @throws resource_limit_exceeded */
export function freePublicAddress(cloud: Cloud, kind: "primary" | "floating", type: IpType): string {
  const table = kind === "primary" ? "primary_ips" : "floating_ips";
  const candidates = type === "ipv4" ? ipv4Addresses(cloud.addresses, kind) : ipv6Networks(cloud.addresses, kind);
  for (const ip of candidates) if (cloud.store.find(table, "ip", ip).length === 0) return ip;
  throw new ApiError("resource_limit_exceeded", `the local cloud has no free ${kind} ${type} address`);
}

function* ipv4Addresses(plan: AddressPlan, kind: "primary" | "floating"): Generator<string> {
  const { first, last } = kind === "primary" ? plan.primaryIpv4 : plan.floatingIpv4;
  const [, prefix = "", from = ""] = /^(.*\.)(\d+)$/.exec(first) ?? [];
  const to = Number(last.slice(prefix.length));
  for (let host = Number(from); host <= to; host++) yield `${prefix}${String(host)}`;
}

/** Far fewer than the plan has, and far more than a local cloud has machines. */
const IPV6_NETWORKS = 4000;

function* ipv6Networks(plan: AddressPlan, kind: "primary" | "floating"): Generator<string> {
  const network = kind === "primary" ? plan.primaryIpv6 : plan.floatingIpv6;
  for (let index = 0; index < IPV6_NETWORKS; index++) yield network(index);
}
