import { prices } from "../../../catalog";
import {
  locations,
  placesOf,
  serverTypes,
  systemImages,
  type Location,
  type ServerType,
  type SystemImage,
} from "./catalog";
import { timestamp } from "./clock";
import type { View } from "./operation";
import type { ImageRow, Rows } from "./rows";

/** Cents in the API's decimal text; gross includes Germany's VAT. */
export function priceView(cents: number): View {
  const text = (value: number) => (value / 100).toFixed(10);
  return { net: text(cents), gross: text(cents * (1 + prices.vatPercent / 100)) };
}

/** A price in both of the API's forms. */
export function monthlyAndHourly(monthlyCents: number): View {
  return { price_hourly: priceView(monthlyCents / prices.hoursPerMonth), price_monthly: priceView(monthlyCents) };
}

const terabyte = 1024 ** 4;

/** One entry for each location that has the type. */
export function serverTypePrices(type: ServerType): View[] {
  return placesOf(type).map((location) => ({
    location,
    ...monthlyAndHourly(type.monthly_cents),
    included_traffic: prices.includedTrafficTb * terabyte,
    price_per_tb_traffic: priceView(prices.trafficPerTb),
  }));
}

/** When types on their way out were announced as such, and until when servers can be made of them. */
const deprecation = { announced: "2025-10-16T06:00:00+00:00", unavailable_after: "2027-01-01T06:00:00+00:00" };

/** A server type as the API shows it. */
export function serverTypeView(type: ServerType): View {
  const deprecationIn = (location: string) => (type.deprecated_locations.includes(location) ? deprecation : null);
  const deprecated = type.locations.length === 0;
  return {
    id: type.id,
    name: type.name,
    description: type.description,
    category: type.category,
    cores: type.cores,
    memory: type.memory,
    disk: type.disk,
    cpu_type: type.cpu_type,
    storage_type: type.storage_type,
    architecture: type.architecture,
    deprecated,
    deprecation: deprecated ? deprecation : null,
    locations: locations
      .filter((location) => placesOf(type).includes(location.name))
      .map(({ id, name }) => ({ id, name, deprecation: deprecationIn(name), available: true, recommended: false })),
    prices: serverTypePrices(type),
  };
}

/**
 * Data centers went away in 2026, but the published schema still requires the property: one virtual data center a
 * location, so that answers satisfy it.
 */
export function datacenterView(location: Location): View {
  const supported = serverTypes.filter((type) => placesOf(type).includes(location.name)).map((type) => type.id);
  return {
    id: location.id,
    name: `${location.name}-dc1`,
    description: location.description,
    location,
    server_types: { supported, available: supported, available_for_migration: supported },
  };
}

const imageDates = { created: "2025-08-12T06:00:00+00:00", deprecated: "2026-08-31T00:00:00+00:00" };

/** A system image as the API shows it. */
export function systemImageView(image: SystemImage): View {
  return {
    id: image.id,
    type: "system",
    status: "available",
    name: image.name,
    description: image.description,
    image_size: null,
    disk_size: 5,
    created: imageDates.created,
    created_from: null,
    bound_to: null,
    os_flavor: image.os_flavor,
    os_version: image.os_version,
    architecture: image.architecture,
    rapid_deploy: true,
    protection: { delete: false },
    deprecated: image.deprecated ? imageDates.deprecated : null,
    deleted: null,
    labels: {},
  };
}

/** A snapshot or backup as the API shows it. */
export function imageView(row: ImageRow): View {
  const base = systemImages.find((image) => image.id === row.base);
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    name: null,
    description: row.description,
    image_size: row.status === "available" ? row.diskSize / 10 : null,
    disk_size: row.diskSize,
    created: timestamp(row.created),
    created_from: row.createdFrom,
    bound_to: row.boundTo,
    os_flavor: base?.os_flavor ?? "unknown",
    os_version: base?.os_version ?? null,
    architecture: base?.architecture ?? "x86",
    rapid_deploy: false,
    protection: row.protection,
    deprecated: null,
    deleted: null,
    labels: row.labels,
  };
}

/** Of a system image or a snapshot; `null` when it is gone. */
export function anyImageView(store: Rows, id: number): View | null {
  const system = systemImages.find((image) => image.id === id);
  if (system !== undefined) return systemImageView(system);
  const row = store.get("images", id);
  return row === undefined ? null : imageView(row);
}
