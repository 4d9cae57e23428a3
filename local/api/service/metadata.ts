import { stringify } from "yaml";
import { locationOf } from "./catalog";
import { includes, parseCidr, parseIpv4, type Cidr } from "./cidr";
import { firstIpv6, gatewayOf } from "./machineSpec";
import type { PrimaryIpRow, PrivateNet, Rows, ServerRow } from "./rows";

/** What a machine gets from its metadata service, as HTTP has it. */
export interface MetadataAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const root = "/hetzner/v1/";

const missing: MetadataAnswer = { status: 404, contentType: "text/plain; charset=utf-8", body: "not found\n" };

function text(body: string): MetadataAnswer {
  return { status: 200, contentType: "text/plain; charset=utf-8", body };
}

/**
 * What 169.254.169.254 answers to a server: the same paths, in the same forms (plain text, YAML for structures, JSON for
 * the keys) as Hetzner's service, which knows the server by the machine that asks. The older paths in the manner of EC2 are
 * gone since 1 August 2026.
 *
 * @param path e.g. `/hetzner/v1/metadata/hostname`; a slash at the end makes no difference
 */
export function metadataAnswer(store: Rows, serverId: number, path: string): MetadataAnswer {
  const server = store.get("servers", serverId);
  if (server === undefined || !path.startsWith(root)) return missing;
  const name = path.slice(root.length).replace(/\/+$/, "");
  if (name === "userdata") return server.userData === "" ? missing : text(server.userData);
  if (name === "metadata") return text(stringify(metadataOf(store, server)));

  const key = name.startsWith("metadata/") ? name.slice("metadata/".length) : "";
  if (key === "private-networks") return text(stringify(privateNetworks(store, server)));
  if (key === "local-ipv4") return text(server.privateNets.at(0)?.ip ?? "");
  if (key === "public-keys") {
    return { status: 200, contentType: "application/json", body: JSON.stringify(server.sshKeys) };
  }
  const value = metadataOf(store, server)[key];
  if (value === undefined) return missing;
  return text(typeof value === "string" ? value : stringify(value));
}

function metadataOf(store: Rows, server: ServerRow): Record<string, unknown> {
  const location = locationOf(server.location);
  const ips = store.find("primary_ips", "server", server.id);
  return {
    "availability-zone": `${location.name}-dc1`,
    hostname: server.name,
    "instance-id": String(server.id),
    "local-ipv4": server.privateNets.at(0)?.ip ?? "",
    "network-config": networkConfig(ips),
    "public-ipv4": ips.find((ip) => ip.type === "ipv4")?.ip ?? "",
    "public-keys": server.sshKeys,
    region: location.network_zone,
  };
}

/** Version 1 of cloud-init's network configuration: IPv4 by DHCP, IPv6 static. */
function networkConfig(ips: readonly PrimaryIpRow[]): object {
  const subnets = ips.map((ip) =>
    ip.type === "ipv4"
      ? { ipv4: true, type: "dhcp" }
      : { address: `${firstIpv6(ip.ip)}/64`, gateway: "fe80::1", ipv6: true, type: "static" },
  );
  const config = subnets.length === 0 ? [] : [{ type: "physical", name: "eth0", subnets }];
  return { version: 1, config };
}

function privateNetworks(store: Rows, server: ServerRow): object[] {
  return server.privateNets.flatMap((net, index) => {
    const network = store.get("networks", net.network);
    if (network === undefined) return [];
    return [
      {
        ip: net.ip,
        alias_ips: net.aliasIps,
        interface_num: index + 1,
        mac_address: net.mac,
        network_id: network.id,
        network_name: network.name,
        network: network.ipRange,
        subnet: subnetOf(network.subnets, net),
        gateway: gatewayOf(network),
      },
    ];
  });
}

function subnetOf(subnets: readonly { readonly ipRange: string }[], net: PrivateNet): string {
  const address = parseIpv4(net.ip) as number;
  return subnets.find((subnet) => includes(parseCidr(subnet.ipRange) as Cidr, address))?.ipRange ?? "";
}
