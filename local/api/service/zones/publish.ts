import { resourceOf, type Effects } from "../actions/effects";
import type { Cloud } from "../cloud";
import type { RrsetRow, ZoneRow } from "./rows";

/** Which of Hetzner's name servers a zone gets. */
export const nameServers = ["hydrogen.ns.hetzner.com.", "oxygen.ns.hetzner.com.", "helium.ns.hetzner.de."];

/** The SOA record of a zone with this serial number. */
export function soaRecord(serial: number): string {
  return `${nameServers[0]} dns.hetzner.com. ${String(serial)} 86400 10800 3600000 3600`;
}

/** Greater than the one before, and of this day where it can be: `YYYYMMDDnn`. */
export function nextSerial(now: number, before = 0): number {
  const today = Number(new Date(now).toISOString().slice(0, 10).replaceAll("-", "")) * 100;
  return Math.max(today, before + 1);
}

/** Name servers answer what the zone holds now. */
function publish(cloud: Cloud, zone: ZoneRow): void {
  const sets = cloud.store.find("zone_rrsets", "zone", zone.id).map((set) => withNewSerial(cloud, set));
  cloud.store.put("zones", {
    ...zone,
    published: sets.map(({ name, type, ttl, records }) => ({
      name,
      type,
      ttl: ttl ?? zone.ttl,
      values: records.map(({ value }) => value),
    })),
  });
}

function withNewSerial(cloud: Cloud, set: RrsetRow): RrsetRow {
  if (set.type !== "SOA") return set;
  const before = Number(set.records[0]?.value.split(" ")[2] ?? 0);
  const value = soaRecord(nextSerial(cloud.clock.now(), before));
  return cloud.store.put("zone_rrsets", { ...set, records: [{ value }] });
}

/** A change of a zone is answered by name servers when its action ends; others may be under way meanwhile. */
export const published: Effects = {
  locks: [],
  success: (cloud, action) => {
    const zone = cloud.store.get("zones", resourceOf(action, "zone"));
    if (zone?.mode === "primary") publish(cloud, zone);
  },
};
