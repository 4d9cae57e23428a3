import type { Cloud } from "../cloud";
import { assertNotProtected, checkedName } from "../common";
import { checkedLabels, type Labels } from "../labels";
import { call, type Operations } from "../operation";
import { namedResource } from "../resource";
import type { NetworkRow, Route } from "../rows";
import { checkedNetworkRange, checkedRoute, checkedSubnet, type SubnetBody } from "./ranges";
import { networkView } from "./view";

interface CreateBody {
  readonly name: string;
  readonly ip_range: string;
  readonly labels?: Labels;
  readonly subnets?: readonly SubnetBody[];
  readonly routes?: readonly Route[];
  readonly expose_routes_to_vswitch?: boolean;
}

/** Networks themselves; changeActions.ts has what changes their parts. */
export const networkOperations: Operations = {
  ...namedResource("networks", {
    view: networkView,
    update: (network, body: { readonly expose_routes_to_vswitch?: boolean }, cloud) => {
      cloud.actions.assertIdle({ type: "network", id: network.id });
      return { exposeRoutesToVswitch: body.expose_routes_to_vswitch ?? network.exposeRoutesToVswitch };
    },
    remove,
  }),
  "POST /networks": call((cloud, body: CreateBody) => ({ network: networkView(cloud, create(cloud, body)) })),
};

function create(cloud: Cloud, body: CreateBody): NetworkRow {
  let network: NetworkRow = {
    id: cloud.store.newId(),
    name: checkedName(cloud, "networks", body.name),
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    ipRange: checkedNetworkRange(body.ip_range),
    subnets: [],
    routes: [],
    exposeRoutesToVswitch: body.expose_routes_to_vswitch ?? false,
    protection: { delete: false },
  };
  for (const subnet of body.subnets ?? []) {
    network = { ...network, subnets: [...network.subnets, checkedSubnet(network, subnet)] };
  }
  for (const route of body.routes ?? []) {
    network = { ...network, routes: [...network.routes, checkedRoute(network, route)] };
  }
  const { id } = cloud.store.put("networks", network);
  cloud.store.afterCommit(() => {
    cloud.provisioner.background(`network ${network.name}`, cloud.provisioner.ensureNetwork(id));
  });
  return network;
}

/** Servers lose their interface in it without being asked, as at Hetzner. */
function remove(cloud: Cloud, network: NetworkRow): void {
  cloud.actions.assertIdle({ type: "network", id: network.id });
  assertNotProtected(`network ${network.name}`, network.protection);
  const attached = cloud.store.find("servers", "network", network.id);
  for (const server of attached) cloud.actions.assertIdle({ type: "server", id: server.id });
  for (const server of attached) {
    const privateNets = server.privateNets.filter((net) => net.network !== network.id);
    cloud.store.put("servers", { ...server, privateNets });
  }
  cloud.store.afterCommit(() => {
    const detached = Promise.all(attached.map((server) => cloud.provisioner.ensure(server.id)));
    cloud.provisioner.background(
      `removal of network ${network.name}`,
      detached.then(() => cloud.provisioner.removeNetwork(network.id)),
    );
  });
}
