import type { MachineSpec, NetworkSpec } from "../driver";
import { syncFarEnd } from "./cables";
import { ensureRouter } from "./edge";
import { cableName, privateNamespace } from "./names";
import { linksOf } from "./namespaces";

/**
 * Makes the router of a private network, or brings its routes to this shape. Each machine has a cable of its own to the
 * router and an address that is alone in its subnet, so ARP finds the gateway and nobody else, and nothing that one
 * machine broadcasts reaches another.
 */
export async function ensurePrivateNetwork(
  cloud: string,
  network: NetworkSpec,
  machines: readonly MachineSpec[],
): Promise<void> {
  const namespace = privateNamespace(cloud, network.id);
  await ensureRouter(namespace);
  const cables = new Set((await linksOf(namespace)).map((link) => link.name));
  for (const machine of machines) {
    if (cables.has(cableName(machine.id))) await syncFarEnd(cloud, machine, network);
  }
}
