import * as catalog from "../../../catalog";
import imageFixture from "../fixtures/images.json";
import { ApiError, invalidField, notFound } from "./errors";
import type { Rows } from "./rows";

/** Where servers can be. */
export const locations = catalog.named(catalog.locations);
/** Every server type, with those that are no longer sold. */
export const serverTypes = catalog.named(catalog.serverTypes);
/** Every system image by its real name and id; which of them boot is the machines' matter. */
export const systemImages = imageFixture.images;

export type Location = (typeof locations)[number];
export type ServerType = (typeof serverTypes)[number];
export type SystemImage = (typeof systemImages)[number];

/** Zones of private networks, e.g. `eu-central`. */
export const networkZones = new Set(locations.map((location) => location.network_zone));

function byIdOrName<R extends { id: number; name: string }>(rows: readonly R[], key: string | number): R[] {
  return rows.filter((row) => String(row.id) === String(key) || row.name === key);
}

/** The location that a row names by its id. */
export function locationOf(id: number): Location {
  const location = locations.find((candidate) => candidate.id === id);
  if (location === undefined) throw new Error(`there is no location ${String(id)}`);
  return location;
}

/** @throws invalid_input */
export function findLocation(key: string | number, field = "location"): Location {
  const [location] = byIdOrName(locations, key);
  if (location === undefined) throw invalidField(field, `location "${String(key)}" does not exist`);
  return location;
}

/**
 * The location of a data center such as `nbg1-dc3`. Data centers went away on 1 July 2026; the published schema still has
 * them in requests, and Debian's clients know no other way to place a primary IP.
 *
 * @throws invalid_input
 */
export function findDatacenter(key: string): Location {
  const location = locations.find(({ id, name }) => String(id) === key || new RegExp(`^${name}-dc\\d+$`).test(key));
  if (location === undefined) throw invalidField("datacenter", `data center "${key}" does not exist`);
  return location;
}

/** @throws invalid_input */
export function findServerType(key: string | number): ServerType {
  const [type] = byIdOrName(serverTypes, key);
  if (type === undefined) throw invalidField("server_type", `server type "${String(key)}" does not exist`);
  return type;
}

/** Where servers of this type can be made: a deprecated type is sold until its day comes. */
export function placesOf(type: ServerType): readonly string[] {
  return [...type.locations, ...type.deprecated_locations];
}

/** The server type that a row names by its id. */
export function serverTypeOf(id: number): ServerType {
  const type = serverTypes.find((candidate) => candidate.id === id);
  if (type === undefined) throw notFound("server type", id);
  return type;
}

/** An image that a server can be made from. */
export interface BootImage {
  readonly id: number;
  readonly name: string;
  readonly architecture: string;
  /** GB */
  readonly diskSize: number;
  readonly system: boolean;
}

/** A system image by name or id, or a snapshot by id, for this architecture. @throws invalid_input */
export function findBootImage(store: Rows, key: string | number, architecture: string): BootImage {
  const candidates = byIdOrName(systemImages, key);
  const system = candidates.find((image) => image.architecture === architecture);
  if (system !== undefined) return { ...system, diskSize: 5, system: true };
  if (candidates.length > 0) throw invalidField("image", `image "${String(key)}" is not for ${architecture} servers`);
  const snapshot = /^\d+$/.test(String(key)) ? store.get("images", Number(key)) : undefined;
  if (snapshot === undefined) throw invalidField("image", `image "${String(key)}" does not exist`);
  if (snapshot.status !== "available") {
    throw new ApiError("resource_unavailable", `image ${String(key)} is still being created`);
  }
  const base = systemImages.find((image) => image.id === snapshot.base);
  const name = base?.name ?? "unknown";
  return { id: snapshot.id, name, architecture, diskSize: snapshot.diskSize, system: false };
}

/** The name of the system image that an image is or descends from, e.g. `debian-13`. */
export function imageName(store: Rows, id: number): string {
  const base = store.get("images", id)?.base ?? id;
  return systemImages.find((image) => image.id === base)?.name ?? "unknown";
}
