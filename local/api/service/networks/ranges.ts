import { networkZones } from "../catalog";
import {
  contains,
  formatCidr,
  includes,
  overlaps,
  parseCidr,
  parseIpv4,
  privateRanges,
  publicGateway,
  type Cidr,
} from "../cidr";
import { ApiError, invalidField } from "../errors";
import type { NetworkRow, Route, Subnet } from "../rows";

/** A subnet as a request has it. */
export interface SubnetBody {
  readonly type: Subnet["type"];
  readonly ip_range?: string;
  readonly network_zone: string;
  readonly vswitch_id?: number;
}

type Ranges = Pick<NetworkRow, "ipRange" | "subnets" | "routes">;

/** Subnets of a network at most, and routes. */
const subnetLimit = 50;
const routeLimit = 100;

function cidr(text: string, field: string): Cidr {
  const range = parseCidr(text);
  if (range === undefined)
    throw invalidField(field, `"${text}" is not an IPv4 range, or has bits set after its prefix`);
  return range;
}

function isPrivate(range: Cidr): boolean {
  return privateRanges.some((outer) => contains(outer, range));
}

/** The range of a network. @throws invalid_input */
export function checkedNetworkRange(text: string): string {
  const range = cidr(text, "ip_range");
  if (!isPrivate(range)) throw invalidField("ip_range", `"${text}" is not inside a private range of RFC 1918`);
  if (range.prefix > 24) throw invalidField("ip_range", `"${text}" is smaller than /24`);
  return formatCidr(range);
}

/** A larger range with the same first address. @throws invalid_input */
export function checkedExtension(network: NetworkRow, text: string): string {
  const range = cidr(checkedNetworkRange(text), "ip_range");
  const old = cidr(network.ipRange, "ip_range");
  if (range.first !== old.first || range.prefix > old.prefix) {
    throw invalidField("ip_range", `can only be extended at its end, from "${network.ipRange}"`);
  }
  return formatCidr(range);
}

/** A subnet that fits beside those of the network; without a range it gets the first free /24. */
export function checkedSubnet(network: Ranges, body: SubnetBody): Subnet {
  if (network.subnets.length >= subnetLimit) {
    throw new ApiError("resource_limit_exceeded", `a network has at most ${String(subnetLimit)} subnets`);
  }
  checkZone(network, body.network_zone);
  if ((body.type === "vswitch") !== (body.vswitch_id !== undefined)) {
    throw invalidField("vswitch_id", "is required for subnets of type vswitch, and not allowed for others");
  }
  const range = body.ip_range === undefined ? firstFree(network) : cidr(body.ip_range, "ip_range");
  const text = formatCidr(range);
  if (!contains(cidr(network.ipRange, "ip_range"), range)) {
    throw invalidField("ip_range", `"${text}" is not inside the network's "${network.ipRange}"`);
  }
  if (range.prefix > 30) throw invalidField("ip_range", `"${text}" is smaller than /30`);
  const other = taken(network).find((present) => overlaps(cidr(present, "ip_range"), range));
  if (other !== undefined) throw invalidField("ip_range", `"${text}" overlaps with "${other}"`);
  return { type: body.type, ipRange: text, networkZone: body.network_zone, vswitchId: body.vswitch_id ?? null };
}

function checkZone(network: Ranges, zone: string): void {
  if (!networkZones.has(zone)) throw invalidField("network_zone", `"${zone}" does not exist`);
  const other = network.subnets.find((subnet) => subnet.networkZone !== zone);
  if (other !== undefined) throw invalidField("network_zone", `the network's subnets are in "${other.networkZone}"`);
}

/** Ranges that a new subnet must not touch. */
function taken(network: Ranges): string[] {
  return [
    ...network.subnets.map((subnet) => subnet.ipRange),
    ...network.routes.map((route) => route.destination).filter((destination) => destination !== "0.0.0.0/0"),
  ];
}

function firstFree(network: Ranges): Cidr {
  const whole = cidr(network.ipRange, "ip_range");
  const others = taken(network).map((text) => cidr(text, "ip_range"));
  for (let first = whole.first; first + 255 <= whole.last; first += 256) {
    const range = { first, last: first + 255, prefix: 24 };
    if (!others.some((other) => overlaps(other, range))) return range;
  }
  throw invalidField("ip_range", "the network has no free /24");
}

/** @throws invalid_input */
export function checkedRoute(network: Ranges, route: Route): Route {
  if (network.routes.length >= routeLimit) {
    throw new ApiError("resource_limit_exceeded", `a network has at most ${String(routeLimit)} routes`);
  }
  const destination = cidr(route.destination, "destination");
  const isDefault = route.destination === "0.0.0.0/0";
  if (!isDefault && !isPrivate(destination)) {
    throw invalidField("destination", `"${route.destination}" is neither private (RFC 1918) nor 0.0.0.0/0`);
  }
  if (!isDefault && includes(destination, publicGateway))
    throw invalidField("destination", "contains 172.31.1.1, the gateway of public interfaces");
  const others = [
    ...network.routes.map((present) => present.destination),
    ...(isDefault ? [] : network.subnets.map((subnet) => subnet.ipRange)),
  ];
  const other = others.find((present) =>
    isDefault || present === "0.0.0.0/0" ? present === route.destination : overlaps(cidr(present, ""), destination),
  );
  if (other !== undefined) throw invalidField("destination", `"${route.destination}" overlaps with "${other}"`);

  const gateway = parseIpv4(route.gateway);
  const whole = cidr(network.ipRange, "ip_range");
  if (gateway === undefined || !includes(whole, gateway)) {
    throw invalidField("gateway", `"${route.gateway}" is no address of the network "${network.ipRange}"`);
  }
  if (gateway <= whole.first + 1 || gateway === publicGateway) {
    throw invalidField("gateway", `"${route.gateway}" is a reserved address`);
  }
  return { destination: formatCidr(destination), gateway: route.gateway };
}
