import { maxAppMachines } from "./sections/app";

/** Hetzner routes the range; machines live in one subnet of it, so that later subnets need no renumbering. */
export const networkRange = "10.0.0.0/16";
export const subnetRange = "10.0.1.0/24";
/** Hetzner keeps the range's first address: every machine's next hop. */
export const networkGateway = "10.0.0.1";

/** What a machine is there for; decides its name and its slice of the subnet. */
export type MachineKind = "load-balancer" | "database" | "monitor" | "app";

/**
 * Each kind has a slice of its own, and each machine's address follows from its number alone. Nothing that is added or
 * removed ever moves another machine's address: do not reorder, only append.
 */
const slices: Readonly<Record<MachineKind, { readonly first: number; readonly size: number }>> = {
  "load-balancer": { first: 11, size: 9 },
  database: { first: 21, size: 9 },
  monitor: { first: 31, size: 9 },
  app: { first: 41, size: maxAppMachines },
};

/**
 * The private address of the machine with this number (from 1).
 *
 * @throws RangeError when the slice has no such place; settings are validated long before.
 */
export function privateAddress(kind: MachineKind, number: number): string {
  const { first, size } = slices[kind];
  if (!Number.isInteger(number) || number < 1 || number > size) {
    throw new RangeError(`there is no private address for ${kind}-${number}: the numbers go from 1 to ${size}`);
  }
  return `10.0.1.${first + number - 1}`;
}

/** Every private address that a machine of any stack may ever have. */
export function allPrivateAddresses(): string[] {
  return Object.entries(slices).flatMap(([kind, { size }]) =>
    Array.from({ length: size }, (_, index) => privateAddress(kind as MachineKind, index + 1)),
  );
}

/** A spread placement group takes this many servers (Hetzner's limit). */
const placementGroupSize = 10;

/**
 * The placement group of a machine. It follows from the number alone as well: a server has to be off to change groups.
 */
export function placementGroup(kind: MachineKind, number: number): string {
  return `${kind}-${Math.ceil(number / placementGroupSize)}`;
}
