/**
 * Names of everything that a local cloud makes in the kernel. All of it can be found again by these names alone, also
 * when the state folder is gone. Dots separate the parts, because the name of a local cloud may contain dashes.
 */
const PREFIX = "holdfast";

/**
 * Refuses names of local clouds that would not survive as part of host names, paths and namespaces.
 *
 * @throws naming the rule that the name breaks
 */
export function checkCloudName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,23}$/.test(name)) {
    throw new Error(
      `"${name}" cannot be the name of a local cloud: use up to 24 lower-case letters, digits and dashes, starting with a letter`,
    );
  }
}

/** What the names of all things of one local cloud start with. */
export function cloudPrefix(name: string): string {
  return `${PREFIX}.${name}.`;
}

/** The router between machines, visitors and this computer. */
export function edgeNamespace(name: string): string {
  return `${cloudPrefix(name)}edge`;
}

/** Where visitors, probes and load generators live: the outside as machines know it. */
export function visitorNamespace(name: string): string {
  return `${cloudPrefix(name)}internet`;
}

/** The router of one private network. */
export function privateNamespace(name: string, networkId: number): string {
  return `${cloudPrefix(name)}net-${networkId}`;
}

/** Network namespace of a machine; also its name for systemd-nspawn, its mount's source and its control group. */
export function machineNamespace(name: string, machineId: number): string {
  return `${cloudPrefix(name)}m-${machineId}`;
}

/** The router's end of a machine's veth pair. The name fits into the kernel's 15 characters. */
export function routerInterface(machineId: number): string {
  return `m${machineId}`;
}

/** This computer's end of its veth pair to the edge: the only interface that exists outside namespaces. */
export function hostInterface(slot: number): string {
  return `holdfast${slot}`;
}
