import data from "./hetzner.json";

/**
 * What Hetzner Cloud offers and at which price, written down in hetzner.json with its date and sources. Settings, the
 * local cloud and prices read this one list, which has the field names of Hetzner's API. The API has the last word: a
 * type that is sold out or withdrawn since is refused there.
 */

/** A place where machines can be. Subnets of one private network lie in one network zone. */
export type Location = (typeof data.locations)[LocationName];
/** e.g. `nbg1` */
export type LocationName = keyof typeof data.locations;

/** A size of machine. */
export interface ServerType {
  /** The API's number for it. */
  readonly id: number;
  readonly description: string;
  readonly category: string;
  readonly cores: number;
  /** GiB */
  readonly memory: number;
  /** GB, as Hetzner counts disks */
  readonly disk: number;
  readonly cpu_type: string;
  readonly architecture: string;
  readonly storage_type: string;
  /** Where it is sold. */
  readonly locations: readonly string[];
  /** Where Hetzner no longer sells it, or soon will not. Stacks keep the machines that they have there. */
  readonly deprecated_locations: readonly string[];
  /** List price in cents of a euro, without VAT and addresses. */
  readonly monthly_cents: number;
}
/** e.g. `cx23` */
export type ServerTypeName = keyof typeof data.serverTypes;

/** A size of storage for backups that is no server: SFTP on port 23, by itself, in its own locations. */
export interface StorageBoxType {
  /** The API's number for it. */
  readonly id: number;
  /** TiB */
  readonly size: number;
  /** Most snapshots that a person makes. */
  readonly snapshots: number;
  /** Most snapshots that the snapshot plan makes. */
  readonly automaticSnapshots: number;
  /** Most subaccounts. */
  readonly subaccounts: number;
  /** List price in cents of a euro, without VAT. */
  readonly monthly_cents: number;
}
/** e.g. `bx11` */
export type StorageBoxTypeName = keyof typeof data.storageBoxTypes;

/** The last day on which somebody read these prices, and what they are worth. */
export const { recorded, about } = data;
/** By Hetzner's names. */
export const locations: Readonly<Record<LocationName, Location>> = data.locations;
/** By Hetzner's names, with those that are no longer sold. */
export const serverTypes: Readonly<Record<ServerTypeName, ServerType>> = data.serverTypes;
/** By Hetzner's names. */
export const storageBoxTypes: Readonly<Record<StorageBoxTypeName, StorageBoxType>> = data.storageBoxTypes;
/** Not every location has Storage Boxes. */
export const storageBoxLocationNames = data.storageBoxLocations as LocationName[];
/** List prices in cents of a euro, without VAT. */
export const prices = data.prices;

/** e.g. `nbg1` */
export const locationNames = Object.keys(locations) as LocationName[];
/** e.g. `cx23` */
export const serverTypeNames = Object.keys(serverTypes) as ServerTypeName[];
/** e.g. `bx11` */
export const storageBoxTypeNames = Object.keys(storageBoxTypes) as StorageBoxTypeName[];

/** Rows of a table that have their names in them, as the API lists them. */
export function named<Name extends string, Row>(table: Readonly<Record<Name, Row>>): (Row & { readonly name: Name })[] {
  return (Object.entries(table) as [Name, Row][]).map(([name, row]) => ({ ...row, name }));
}
