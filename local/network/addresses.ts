/**
 * Which addresses a local cloud uses. Several local clouds can run on one computer, each in a slot of its own, so that
 * this computer can have a route to each of them. All addresses are from the ranges that are reserved for documentation
 * (RFC 5737, RFC 3849): no computer on the internet has them.
 */

/** How many local clouds fit on one computer. */
export const SLOTS = 5;

/** All addresses of one local cloud; each slot of this computer has a plan of its own. */
export interface AddressPlan {
  readonly slot: number;
  /** First and last address that servers' primary IPs come from. */
  readonly primaryIpv4: AddressRange;
  /** First and last address that floating IPs come from. */
  readonly floatingIpv4: AddressRange;
  /** First and last address of Storage Boxes. */
  readonly storageBoxIpv4: AddressRange;
  /** All public IPv4 addresses of the cloud. */
  readonly publicIpv4: string;
  /** The n-th /64 of a server (n from 0 to 57342); its address in it is `…::1`. */
  readonly primaryIpv6: (index: number) => string;
  /** The n-th /64 of a floating IP (n from 0 to 4094). */
  readonly floatingIpv6: (index: number) => string;
  /** The n-th /64 of a Storage Box (n from 0 to 254). */
  readonly storageBoxIpv6: (index: number) => string;
  /** All public IPv6 addresses of the cloud, those of visitors among them. */
  readonly publicIpv6: string;
  /** Where servers are: what a Storage Box takes for Hetzner's own network. */
  readonly servers: readonly string[];
  /** Where visitors come from; settings that admit administrators name these two ranges. */
  readonly visitors: { readonly ipv4: string; readonly ipv6: string };
  /** The edge router's own addresses on the visitors' side. */
  readonly edge: DualStack;
  /** This computer, as machines see it. */
  readonly host: DualStack;
  /** Where machines find the proxy for Debian packages, and on another port the API. */
  readonly packages: DualStack;
  /** The addresses that probes and load generators can use as their source, the default one first. */
  readonly visitorIpv4: readonly string[];
  readonly visitorIpv6: readonly string[];
}

/** Both ends belong to it. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** One place in both families. */
export interface DualStack {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** How many addresses visitors have, so that limits per client address can be tried. */
const VISITORS = 16;

/**
 * The addresses of the local cloud in this slot.
 *
 * Slot 0 has half of 203.0.113.0/24 (90 servers, 27 floating IPs, 9 Storage Boxes), the others share the rest (20
 * servers, 7 floating IPs and 3 Storage Boxes each).
 *
 * @throws for a slot that does not exist
 */
export function addressPlan(slot: number): AddressPlan {
  if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) {
    throw new Error(`there is no slot ${slot} for a local cloud: slots go from 0 to ${SLOTS - 1}`);
  }
  const publicBase = slot === 0 ? 0 : 128 + 32 * (slot - 1);
  const publicIpv4 = `203.0.113.${publicBase}/${slot === 0 ? 25 : 27}`;
  const visitorBase = 32 * slot;
  const public4 = (offset: number) => `203.0.113.${publicBase + offset}`;
  const visitor4 = (offset: number) => `198.51.100.${visitorBase + offset}`;
  const visitor6 = (offset: number) => `2001:db8:${slot}:ffff::${offset.toString(16)}`;
  const both = (offset: number): DualStack => ({ ipv4: visitor4(offset), ipv6: visitor6(offset) });
  const offsets = Array.from({ length: VISITORS }, (_, index) => 10 + index);
  return {
    slot,
    primaryIpv4: slot === 0 ? { first: public4(10), last: public4(99) } : { first: public4(1), last: public4(20) },
    floatingIpv4: slot === 0 ? { first: public4(100), last: public4(126) } : { first: public4(21), last: public4(27) },
    storageBoxIpv4: slot === 0 ? { first: public4(1), last: public4(9) } : { first: public4(28), last: public4(30) },
    publicIpv4,
    primaryIpv6: (index) => subnet6(slot, 0x0001, 0xdffe, index),
    floatingIpv6: (index) => subnet6(slot, 0xe000, 0x0ffe, index),
    storageBoxIpv6: (index) => subnet6(slot, 0xf000, 0x00fe, index),
    publicIpv6: `2001:db8:${slot}::/48`,
    // Primary and floating IPs: everything below f000, in four pieces.
    servers: [
      publicIpv4,
      ...["0::/49", "8000::/50", "c000::/51", "e000::/52"].map((piece) => `2001:db8:${slot}:${piece}`),
    ],
    visitors: { ipv4: `${visitor4(0)}/27`, ipv6: `2001:db8:${slot}:ffff::/64` },
    edge: both(1),
    host: both(2),
    packages: both(3),
    visitorIpv4: offsets.map(visitor4),
    visitorIpv6: offsets.map(visitor6),
  };
}

function subnet6(slot: number, base: number, last: number, index: number): string {
  if (!Number.isInteger(index) || index < 0 || index > last) {
    throw new Error(`there is no IPv6 network number ${index} in a local cloud: they go from 0 to ${last}`);
  }
  return `2001:db8:${slot}:${(base + index).toString(16)}::/64`;
}

/** Port of the API on the address that machines find the local cloud's services at. */
export const API_PORT = 7411;

/** The API's base URL as machines reach it: the loopback address that everybody else uses is their own there. */
export function machineEndpoint({ packages }: AddressPlan): string {
  return `http://${packages.ipv4}:${API_PORT}/v1`;
}

/** Hetzner's metadata service, the same address in every machine. */
export const METADATA_ADDRESS = "169.254.169.254";

/** The gateway of every public IPv4 address at Hetzner; it is on the link although no subnet says so. */
export const PUBLIC_GATEWAY = "172.31.1.1";

/**
 * The link-local address with which a machine that has no public IPv4 reaches the metadata service. Never the service's
 * own; distinct for machines whose ids differ by less than 63,250.
 */
export function linkLocalAddress(machineId: number): string {
  const index = machineId % 63_250;
  return `169.254.${1 + Math.floor(index / 253)}.${1 + (index % 253)}`;
}
