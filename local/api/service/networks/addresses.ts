import { locationOf } from "../catalog";
import type { Cloud } from "../cloud";
import { formatIpv4, includes, parseCidr, parseIpv4, publicGateway, type Cidr } from "../cidr";
import { ApiError, invalidField } from "../errors";
import type { NetworkRow, ServerRow, Subnet } from "../rows";

function range(text: string): Cidr {
  return parseCidr(text) as Cidr;
}

/** Every address that a server has in the network, aliases included. */
export function usedAddresses(cloud: Cloud, network: number, except?: number): Set<string> {
  const nets = cloud.store
    .find("servers", "network", network)
    .filter((server) => server.id !== except)
    .flatMap((server) => server.privateNets.filter((net) => net.network === network));
  return new Set(nets.flatMap((net) => [net.ip, ...net.aliasIps]));
}

/** Subnets that a server at this location can have an address from. */
function reachableSubnets(network: NetworkRow, server: Pick<ServerRow, "location">): Subnet[] {
  const zone = locationOf(server.location).network_zone;
  return network.subnets.filter((subnet) => subnet.networkZone === zone);
}

function isReserved(network: NetworkRow, address: number): boolean {
  const whole = range(network.ipRange);
  // The network's own number and broadcast address are no hosts; its first address is the gateway.
  return address <= whole.first + 1 || address === whole.last || address === publicGateway;
}

/** The address that was asked for. @throws invalid_input, ip_not_available, no_subnet_available */
export function checkedAddress(
  network: NetworkRow,
  server: Pick<ServerRow, "location">,
  ip: string,
  field: string,
  used: ReadonlySet<string>,
): string {
  const address = parseIpv4(ip);
  if (address === undefined) throw invalidField(field, `"${ip}" is not an IPv4 address`);
  if (!network.subnets.some((subnet) => includes(range(subnet.ipRange), address))) {
    throw invalidField(field, `"${ip}" is in no subnet of the network ${network.name}`);
  }
  if (!reachableSubnets(network, server).some((subnet) => includes(range(subnet.ipRange), address))) {
    throw new ApiError("no_subnet_available", `"${ip}" is in another network zone than the server`);
  }
  if (isReserved(network, address)) throw new ApiError("ip_not_available", `${ip} is reserved`);
  if (used.has(ip)) throw new ApiError("ip_not_available", `${ip} is already used`);
  return ip;
}

/** The first free address, of one subnet or of any. @throws no_subnet_available */
export function freeAddress(
  network: NetworkRow,
  server: Pick<ServerRow, "location">,
  used: ReadonlySet<string>,
  ipRange?: string,
): string {
  const subnets = reachableSubnets(network, server)
    .filter((subnet) => subnet.type !== "vswitch")
    .filter((subnet) => ipRange === undefined || subnet.ipRange === ipRange);
  for (const subnet of subnets) {
    const { first, last } = range(subnet.ipRange);
    for (let address = first + 1; address < last; address++) {
      if (!isReserved(network, address) && !used.has(formatIpv4(address))) return formatIpv4(address);
    }
  }
  const where = ipRange === undefined ? "" : ` in ${ipRange}`;
  throw new ApiError("no_subnet_available", `network ${network.name} has no free address${where} in the server's zone`);
}
