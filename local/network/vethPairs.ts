import { run } from "../machines/command";
import type { MachineSpec, NetworkSpec } from "../driver";
import { linkLocalAddress, METADATA_ADDRESS, PUBLIC_GATEWAY } from "./addresses";
import { routerInterface, edgeNamespace, machineNamespace, privateNamespace } from "./names";
import { ensureNamespace, ipBatch, linksOf, removeLink, type Link } from "./namespaces";
import { FLOATING_ROUTE, syncRoutes, type Route } from "./routes";

/** MTU of private interfaces at Hetzner; public ones have the usual 1500. */
const PRIVATE_MTU = 1450;

/** Private interfaces in the order in which they are attached, named as on Hetzner's servers of today. */
const PRIVATE_INTERFACES = ["enp7s0", "enp8s0", "enp9s0"];

/** Alias that the router's end of a veth pair gets once the pair is set up completely. */
const COMPLETE = "complete";

/** An interface that the machine has, and the private network it leads to (none: the public side). */
interface Attachment {
  readonly device: string;
  readonly network?: NetworkSpec;
}

/**
 * Gives a machine one veth pair for each of its networks, with the routes at the routers' ends. A new interface has its
 * addresses at once. What a running machine did to its own interfaces stays.
 *
 * @param networks the private networks that the machine is attached to
 * @returns what the machine finds when it boots, in the language of `ip -batch`
 */
export async function ensureVethPairs(
  cloud: string,
  machine: MachineSpec,
  networks: readonly NetworkSpec[],
): Promise<string[]> {
  const namespace = machineNamespace(cloud, machine.id);
  await ensureNamespace(namespace);
  const before = await linksOf(namespace);
  await removeUnwanted(cloud, machine, before);
  const attachments: Attachment[] = [
    ...(hasPublicSide(machine) ? [{ device: "eth0" }] : []),
    ...privateAttachments(machine, before, networks),
  ];
  for (const attachment of attachments) {
    if (!(await isComplete(cloud, machine, attachment))) await createVethPair(cloud, machine, attachment);
    await syncRouterRoutes(cloud, machine, attachment.network);
  }
  return [
    "address flush dev lo scope global",
    ...attachments.flatMap(({ device }) => [`address flush dev ${device} scope global`, `route flush dev ${device}`]),
    ...attachments.flatMap((attachment) => machineSide(machine, attachment)),
  ];
}

/** Removes all veth pairs of a machine. */
export async function removeVethPairs(cloud: string, id: number, networkIds: readonly number[]): Promise<void> {
  // Removing the namespace is not enough: while processes run in it, it lives on without its name.
  await removeLink(edgeNamespace(cloud), routerInterface(id));
  for (const networkId of networkIds) await removeLink(privateNamespace(cloud, networkId), routerInterface(id));
}

/** Routes at the router's end: the machine's addresses, and what its network routes through it. */
export async function syncRouterRoutes(
  cloud: string,
  machine: MachineSpec,
  network: NetworkSpec | undefined,
): Promise<void> {
  const routerSide = routerInterface(machine.id);
  const routes = network === undefined ? publicRoutes(machine) : privateRoutes(machine, network);
  await syncRoutes(routerOf(cloud, network), routerSide, routes);
}

/** Routes a floating IP to a machine in one step; `null` removes the route. */
export async function routeFloating(cloud: string, address: string, machineId: number | null): Promise<void> {
  const edge = edgeNamespace(cloud);
  const destination = address.includes("/") ? address : `${address}/${address.includes(":") ? 64 : 32}`;
  if (machineId !== null) {
    await ipBatch(edge, [`route replace ${destination} dev ${routerInterface(machineId)} proto ${FLOATING_ROUTE}`]);
    return;
  }
  const version = address.includes(":") ? "-6" : "-4";
  await run("ip", ["-n", edge, version, "route", "flush", destination, "proto", `${FLOATING_ROUTE}`]);
}

/** Whether a machine has an interface to the outside at all. */
export function hasPublicSide(machine: MachineSpec): boolean {
  return machine.publicIpv4 !== undefined || machine.publicIpv6 !== undefined;
}

function publicRoutes(machine: MachineSpec): Route[] {
  return [
    machine.publicIpv4
      ? { destination: `${machine.publicIpv4.address}/32` }
      : { destination: `${linkLocalAddress(machine.id)}/32` },
    ...(machine.publicIpv6 ? [{ destination: withLength(machine.publicIpv6.network) }] : []),
  ];
}

function privateRoutes(machine: MachineSpec, network: NetworkSpec): Route[] {
  return machine.privateNetworks
    .filter((attachment) => attachment.networkId === network.id)
    .flatMap(({ address, aliasIps }) => [
      { destination: `${address}/32` },
      ...aliasIps.map((alias) => ({ destination: `${alias}/32`, via: address })),
      ...network.routes
        .filter((route) => route.gateway === address)
        .map((route) => ({ destination: route.destination, via: address })),
    ]);
}

/** Addresses and routes that Hetzner's DHCP gives to an interface. */
function machineSide(machine: MachineSpec, { device, network }: Attachment): string[] {
  if (network !== undefined) {
    const address = machine.privateNetworks.find((attachment) => attachment.networkId === network.id)?.address ?? "";
    return [
      `link set ${device} mtu ${PRIVATE_MTU} up`,
      `address replace ${address}/32 dev ${device}`,
      `route replace ${network.gateway} dev ${device} scope link`,
      `route replace ${network.range} via ${network.gateway} dev ${device}`,
      ...(hasPublicSide(machine) ? [] : [`route replace ${METADATA_ADDRESS} via ${network.gateway} dev ${device}`]),
    ];
  }
  const { publicIpv4, publicIpv6 } = machine;
  return [
    `link set ${device} up`,
    ...(publicIpv4
      ? [
          `address replace ${publicIpv4.address}/32 dev ${device}`,
          `route replace ${PUBLIC_GATEWAY} dev ${device} scope link`,
          `route replace default via ${PUBLIC_GATEWAY} dev ${device}`,
          `route replace ${METADATA_ADDRESS} via ${PUBLIC_GATEWAY} dev ${device}`,
        ]
      : [
          `address replace ${linkLocalAddress(machine.id)}/32 dev ${device} scope link`,
          `route replace ${METADATA_ADDRESS} dev ${device} scope link src ${linkLocalAddress(machine.id)}`,
        ]),
    ...(publicIpv6
      ? [
          `address replace ${bare(publicIpv6.address)}/64 dev ${device} nodad`,
          `route replace ::/0 via fe80::1 dev ${device}`,
        ]
      : []),
  ];
}

/** Finds the interface of each attachment by its MAC, as the tools on Hetzner's servers do; new ones get a free name. */
function privateAttachments(
  machine: MachineSpec,
  links: readonly Link[],
  networks: readonly NetworkSpec[],
): Attachment[] {
  const taken = new Set(
    links.filter((link) => machine.privateNetworks.some((one) => sameMac(one, link))).map((link) => link.name),
  );
  return machine.privateNetworks.map((attachment) => {
    const network = networks.find((one) => one.id === attachment.networkId);
    if (network === undefined) {
      throw new Error(`machine ${machine.name} is attached to network ${attachment.networkId}, which does not exist`);
    }
    const device =
      links.find((link) => sameMac(attachment, link))?.name ?? PRIVATE_INTERFACES.find((name) => !taken.has(name));
    if (device === undefined) {
      throw new Error(`machine ${machine.name} has more than ${PRIVATE_INTERFACES.length} private networks`);
    }
    taken.add(device);
    return { device, network };
  });
}

async function removeUnwanted(cloud: string, machine: MachineSpec, links: readonly Link[]): Promise<void> {
  const namespace = machineNamespace(cloud, machine.id);
  for (const link of links) {
    const isPrivate = PRIVATE_INTERFACES.includes(link.name);
    if (isPrivate && !machine.privateNetworks.some((attachment) => sameMac(attachment, link))) {
      await removeLink(namespace, link.name);
    }
    if (link.name === "eth0" && !hasPublicSide(machine)) await removeLink(namespace, link.name);
  }
}

/** Whether a veth pair was set up to the end, see `createVethPair`. */
async function isComplete(cloud: string, machine: MachineSpec, { network }: Attachment): Promise<boolean> {
  const links = await linksOf(routerOf(cloud, network));
  return links.some((link) => link.name === routerInterface(machine.id) && link.alias === COMPLETE);
}

/**
 * Creates a veth pair: both ends appear at once, and removing one end removes the other. The alias is set last, so a
 * pair that a killed process left half set up is created anew.
 */
async function createVethPair(cloud: string, machine: MachineSpec, attachment: Attachment): Promise<void> {
  const { device, network } = attachment;
  const router = routerOf(cloud, network);
  const namespace = machineNamespace(cloud, machine.id);
  const routerSide = routerInterface(machine.id);
  const mac =
    network === undefined
      ? publicMac(machine.id)
      : (machine.privateNetworks.find((one) => one.networkId === network.id)?.mac ?? "");
  await removeLink(router, routerSide);
  const near = ["peer", "name", device, "netns", namespace, "address", mac];
  await run("ip", ["link", "add", routerSide, "netns", router, "type", "veth", ...near]);
  await ipBatch(router, [
    `link set ${routerSide} ${network === undefined ? "" : `mtu ${PRIVATE_MTU} `}up`,
    `address replace ${network === undefined ? PUBLIC_GATEWAY : network.gateway}/32 dev ${routerSide}`,
    ...(network === undefined ? [`address replace fe80::1/64 dev ${routerSide} nodad`] : []),
  ]);
  await ipBatch(namespace, machineSide(machine, attachment));
  await ipBatch(router, [`link set ${routerSide} alias ${COMPLETE}`]);
}

function routerOf(cloud: string, network: NetworkSpec | undefined): string {
  return network === undefined ? edgeNamespace(cloud) : privateNamespace(cloud, network.id);
}

function sameMac(one: { readonly mac: string }, other: { readonly mac: string }): boolean {
  return one.mac.toLowerCase() === other.mac.toLowerCase();
}

/** Hetzner's public interfaces have addresses that start with 96:00. */
function publicMac(machineId: number): string {
  const digits = (machineId % 0xffff_ffff).toString(16).padStart(8, "0");
  return `96:00:${digits.match(/../g)?.join(":") ?? ""}`;
}

function withLength(network: string): string {
  return network.includes("/") ? network : `${network}/64`;
}

function bare(address: string): string {
  return address.replace(/\/\d+$/, "");
}
