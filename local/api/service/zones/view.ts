import { timestamp } from "../clock";
import { found, type Cloud } from "../cloud";
import { ApiError, notFound } from "../errors";
import type { View } from "../operation";
import { namedView } from "../resource";
import type { ResourceRef } from "../rows";
import { nameServers } from "./publish";
import type { RrsetRow, ZoneRow } from "./rows";

/** For actions: that they concern this zone. */
export function zoneRef({ id }: ZoneRow): ResourceRef {
  return { type: "zone", id };
}

/** The zone of a path, by id or name. @throws not_found */
export function zoneOf(cloud: Cloud, idOrName: string): ZoneRow {
  if (/^\d+$/.test(idOrName)) return found(cloud, "zones", idOrName);
  const [zone] = cloud.store.find("zones", "name", idOrName);
  if (zone === undefined) throw notFound("zone", idOrName);
  return zone;
}

/** As `zoneOf`, of zones whose records are kept here. @throws incorrect_zone_mode */
export function primaryZoneOf(cloud: Cloud, idOrName: string): ZoneRow {
  const zone = zoneOf(cloud, idOrName);
  if (zone.mode === "primary") return zone;
  throw new ApiError(
    "incorrect_zone_mode",
    `zone ${zone.name} is secondary: its records are at its primary nameservers`,
  );
}

/** A zone as the API shows it. */
export function zoneView(cloud: Cloud, zone: ZoneRow): View {
  const sets = cloud.store.find("zone_rrsets", "zone", zone.id);
  const isChanging = cloud.store
    .find("actions", "resource", `zone ${String(zone.id)}`)
    .some(({ status }) => status === "running");
  return {
    ...namedView(zone),
    mode: zone.mode,
    ttl: zone.ttl,
    status: isChanging ? "updating" : "ok",
    protection: zone.protection,
    primary_nameservers: zone.primaryNameservers,
    record_count: sets.reduce((sum, { records }) => sum + records.length, 0),
    registrar: "other",
    // Everybody in a local cloud asks its own name service.
    authoritative_nameservers: {
      assigned: nameServers,
      delegated: nameServers,
      delegation_last_check: timestamp(zone.created),
      delegation_status: "valid",
    },
  };
}

/** A set of records as the API shows it. */
export function rrsetView({ name, type, ttl, labels, protection, records, zone }: RrsetRow): View {
  return { id: `${name}/${type}`, name, type, ttl, labels, protection, records, zone };
}
