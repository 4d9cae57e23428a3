import type { MachineSpec, NetworkSpec } from "../driver";
import { syncRouterRoutes } from "./vethPairs";
import { ensureRouter } from "./edge";
import { routerInterface, privateNamespace } from "./names";
import { linksOf } from "./namespaces";

/**
 * Makes the router of a private network, or brings its routes to this shape. Each machine has a veth pair of its own to the
 * router and an address that is alone in its subnet, so ARP finds only the gateway, and no broadcast of one
 * machine reaches another.
 */
export async function ensurePrivateNetwork(
  cloud: string,
  network: NetworkSpec,
  machines: readonly MachineSpec[],
): Promise<void> {
  const namespace = privateNamespace(cloud, network.id);
  await ensureRouter(namespace);
  const devices = new Set((await linksOf(namespace)).map((link) => link.name));
  for (const machine of machines) {
    if (devices.has(routerInterface(machine.id))) await syncRouterRoutes(cloud, machine, network);
  }
}
