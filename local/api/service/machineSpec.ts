import type { FirewallRule, MachineSpec, NetworkSpec } from "../../driver";
import { serverTypes, imageName, locationOf } from "./catalog";
import { formatIpv4, parseCidr, type Cidr } from "./cidr";
import { firewallsOf } from "./firewalls/targets";
import type { FirewallRuleRow, NetworkRow, Rows, ServerRow } from "./rows";

/** The network's first address: every machine's next hop. */
export function gatewayOf(network: { readonly ipRange: string }): string {
  return formatIpv4((parseCidr(network.ipRange) as Cidr).first + 1);
}

/** The private network that a row has to be. */
export function networkSpec(network: NetworkRow): NetworkSpec {
  return { id: network.id, range: network.ipRange, gateway: gatewayOf(network), routes: network.routes };
}

/** The address that a machine gets from its /64, as cloud-init configures it: the first one. */
export function firstIpv6(network: string): string {
  return `${network.slice(0, network.indexOf("/"))}1`;
}

/** The machine that a server has to be. */
export function machineSpec(store: Rows, server: ServerRow): MachineSpec {
  const type = serverTypes.find((candidate) => candidate.id === server.serverType);
  if (type === undefined) throw new Error(`server ${server.name}: unknown server type ${String(server.serverType)}`);
  const ips = store.find("primary_ips", "server", server.id);
  const ipv4 = ips.find((ip) => ip.type === "ipv4");
  const ipv6 = ips.find((ip) => ip.type === "ipv6");
  const firewalls = firewallsOf(store, server);
  return {
    id: server.id,
    name: server.name,
    image: imageName(store, server.image),
    cores: type.cores,
    memory: type.memory,
    userData: server.userData,
    sshKeys: server.sshKeys,
    location: locationOf(server.location).name,
    ...(ipv4 && { publicIpv4: { address: ipv4.ip } }),
    ...(ipv6 && { publicIpv6: { network: ipv6.ip, address: firstIpv6(ipv6.ip) } }),
    privateNetworks: server.privateNets.map((net) => ({
      networkId: net.network,
      address: net.ip,
      aliasIps: net.aliasIps,
      mac: net.mac,
    })),
    firewall: firewalls.length === 0 ? null : firewalls.flatMap((firewall) => firewall.rules.map(driverRule)),
  };
}

function driverRule(rule: FirewallRuleRow): FirewallRule {
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    ...(rule.port !== null && { port: rule.port }),
    sourceIps: rule.sourceIps,
    destinationIps: rule.destinationIps,
  };
}
