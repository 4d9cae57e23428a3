import { prices } from "../../../../catalog";
import { locationOf, serverTypeOf } from "../catalog";
import type { Cloud } from "../cloud";
import { firewallsOf, hasPublicNet } from "../firewalls/targets";
import { defaultPtr, dnsPtrList } from "../ips/dnsPtr";
import type { View } from "../operation";
import { placementGroupView } from "../placementGroups";
import { namedView } from "../resource";
import type { ServerRow } from "../rows";
import { anyImageView, datacenterView, serverTypeView } from "../views";

const terabyte = 1024 ** 4;

/** A server as the API shows it. */
export function serverView(cloud: Cloud, server: ServerRow): View {
  const { store } = cloud;
  const location = locationOf(server.location);
  const group = server.placementGroup === null ? undefined : store.get("placement_groups", server.placementGroup);
  return {
    ...namedView(server),
    status: server.status,
    locked: cloud.actions.locking({ type: "server", id: server.id }).length > 0,
    public_net: publicNet(cloud, server),
    private_net: server.privateNets.map((net) => ({
      network: net.network,
      ip: net.ip,
      alias_ips: net.aliasIps,
      mac_address: net.mac,
    })),
    server_type: serverTypeView(serverTypeOf(server.serverType)),
    image: anyImageView(store, server.image),
    location,
    datacenter: datacenterView(location),
    placement_group: group === undefined ? null : placementGroupView(cloud, group),
    volumes: store.find("volumes", "server", server.id).map((volume) => volume.id),
    load_balancers: [],
    primary_disk_size: server.disk,
    protection: server.protection,
    backup_window: server.backupWindow,
    rescue_enabled: false,
    iso: null,
    included_traffic: prices.includedTrafficTb * terabyte,
    ingoing_traffic: 0,
    outgoing_traffic: 0,
  };
}

function publicNet(cloud: Cloud, server: ServerRow): View {
  const ips = cloud.store.find("primary_ips", "server", server.id);
  const ipv4 = ips.find((ip) => ip.type === "ipv4");
  const ipv6 = ips.find((ip) => ip.type === "ipv6");
  const firewalls = hasPublicNet(cloud.store, server) ? firewallsOf(cloud.store, server) : [];
  return {
    ipv4:
      ipv4 === undefined
        ? null
        : { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: ipv4.dnsPtr[ipv4.ip] ?? defaultPtr(ipv4.ip) },
    ipv6: ipv6 === undefined ? null : { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: dnsPtrList(ipv6) },
    floating_ips: cloud.store.find("floating_ips", "server", server.id).map((ip) => ip.id),
    firewalls: firewalls.map((firewall) => ({
      id: firewall.id,
      status: firewallStatus(cloud, firewall.id, server.id),
    })),
  };
}

/** Pending until the action that applies it has ended. */
function firewallStatus(cloud: Cloud, firewall: number, server: number): "applied" | "pending" {
  const pending = cloud.store
    .find("actions", "resource", `firewall ${String(firewall)}`)
    .some((action) => action.status === "running" && (action.input.servers as number[] | undefined)?.includes(server));
  return pending ? "pending" : "applied";
}
