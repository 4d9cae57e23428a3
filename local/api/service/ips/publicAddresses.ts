import type { Store } from "../../store/store";
import { ApiError } from "../errors";
import type { IpType, Tables } from "../rows";

/**
 * Public addresses come from the ranges that are kept for documentation (RFC 5737, RFC 3849), so that they can never
 * mean somebody's machine.
 */
const ipv4 = { prefix: "203.0.113.", primary: { first: 10, last: 199 }, floating: { first: 200, last: 250 } };
const ipv6 = {
  prefix: "2001:db8:0:",
  primary: { first: 0x10, last: 0x7fff },
  floating: { first: 0x8000, last: 0xffff },
};

/** The first free address (for IPv6 the first free /64). @throws resource_limit_exceeded */
export function freePublicAddress(store: Store<Tables>, kind: "primary" | "floating", type: IpType): string {
  const { first, last } = (type === "ipv4" ? ipv4 : ipv6)[kind];
  for (let index = first; index <= last; index++) {
    const ip = type === "ipv4" ? `${ipv4.prefix}${String(index)}` : `${ipv6.prefix}${index.toString(16)}::/64`;
    const table = kind === "primary" ? "primary_ips" : "floating_ips";
    if (store.find(table, "ip", ip).length === 0) return ip;
  }
  throw new ApiError("resource_limit_exceeded", `the local cloud has no free ${kind} ${type} address`);
}
