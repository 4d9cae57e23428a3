import { resourceOf, type Effects } from "../actions/effects";
import type { Cloud } from "../cloud";
import { includes, parseCidr, parseIpv4, type Cidr } from "../cidr";
import { ApiError, invalidField } from "../errors";
import type { Operations } from "../operation";
import { change, changeProtection } from "../resource";
import type { NetworkRow, Route } from "../rows";
import { usedAddresses } from "./addresses";
import { checkedExtension, checkedRoute, checkedSubnet, type SubnetBody } from "./ranges";

/** Subnets, routes, range and protection of a network. */
export const networkChangeActions: Operations = {
  "POST /networks/{id}/actions/add_subnet": change("networks", "add_subnet", (network, body: SubnetBody) => ({
    subnets: [...network.subnets, checkedSubnet(network, body)],
  })),
  "POST /networks/{id}/actions/delete_subnet": change("networks", "delete_subnet", withoutSubnet),
  "POST /networks/{id}/actions/add_route": change("networks", "add_route", (network, body: Route) => ({
    routes: [...network.routes, checkedRoute(network, body)],
  })),
  "POST /networks/{id}/actions/delete_route": change("networks", "delete_route", (network, body: Route) => {
    const routes = network.routes.filter(
      (route) => route.destination !== body.destination || route.gateway !== body.gateway,
    );
    if (routes.length === network.routes.length) {
      throw invalidField("destination", `the network has no route to ${body.destination} by ${body.gateway}`);
    }
    return { routes };
  }),
  "POST /networks/{id}/actions/change_ip_range": change(
    "networks",
    "change_ip_range",
    (network, body: { ip_range: string }) => ({
      ipRange: checkedExtension(network, body.ip_range),
    }),
  ),
  ...changeProtection("networks"),
};

function withoutSubnet(network: NetworkRow, body: { ip_range: string }, cloud: Cloud): Partial<NetworkRow> {
  const subnets = network.subnets.filter((subnet) => subnet.ipRange !== body.ip_range);
  if (subnets.length === network.subnets.length) {
    throw new ApiError("not_found", `network ${network.name} has no subnet ${body.ip_range}`);
  }
  const range = parseCidr(body.ip_range) as Cidr;
  const used = [...usedAddresses(cloud, network.id)].find((address) => includes(range, parseIpv4(address) as number));
  if (used !== undefined) {
    // The official plugin waits when it reads that resources are attached.
    throw new ApiError("service_error", `cannot remove subnet because servers are attached to it (${used})`);
  }
  return { subnets };
}

/** Routes and range belong to the network's router. */
const ensuresNetwork: Effects = {
  work: (cloud, action) => cloud.provisioner.ensureNetwork(resourceOf(action, "network")),
};

/** What the actions of networks do once their time is over. */
export const networkEffects = {
  add_subnet: ensuresNetwork,
  delete_subnet: ensuresNetwork,
  add_route: ensuresNetwork,
  delete_route: ensuresNetwork,
  change_ip_range: ensuresNetwork,
} satisfies Record<string, Effects>;
