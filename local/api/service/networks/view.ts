import type { Cloud } from "../cloud";
import { gatewayOf } from "../machineSpec";
import type { View } from "../operation";
import { namedView } from "../resource";
import type { NetworkRow } from "../rows";

/** A network as the API shows it, with the servers in it. */
export function networkView(cloud: Cloud, network: NetworkRow): View {
  return {
    ...namedView(network),
    ip_range: network.ipRange,
    subnets: network.subnets.map((subnet) => ({
      type: subnet.type,
      ip_range: subnet.ipRange,
      network_zone: subnet.networkZone,
      gateway: gatewayOf(network),
      vswitch_id: subnet.vswitchId,
    })),
    routes: network.routes,
    servers: cloud.store.find("servers", "network", network.id).map((server) => server.id),
    load_balancers: [],
    expose_routes_to_vswitch: network.exposeRoutesToVswitch,
    protection: network.protection,
  };
}
