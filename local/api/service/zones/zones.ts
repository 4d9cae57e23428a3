import { isIP } from "node:net";
import type { Command } from "../actions/delays";
import { resourceOf, type Effects } from "../actions/effects";
import { found, type Cloud } from "../cloud";
import { assertNotProtected } from "../common";
import { ApiError, invalidField } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, list, type Operations, type View } from "../operation";
import { changedProtection, started } from "../resource";
import { checkedZoneName } from "./names";
import { nameServers, nextSerial, published, soaRecord } from "./publish";
import type { PrimaryNameserver, ZoneRow } from "./rows";
import { addRrset, type NewRrset } from "./rrsets";
import { primaryZoneOf, zoneOf, zoneRef, zoneView } from "./view";

/** Seconds. */
const usualTtl = 3600;

interface CreateBody {
  readonly name: string;
  readonly mode: ZoneRow["mode"];
  readonly ttl?: number;
  readonly labels?: Labels;
  readonly primary_nameservers?: readonly Nameserver[];
  readonly rrsets?: readonly NewRrset[];
}

type Nameserver = Omit<PrimaryNameserver, "port"> & { readonly port?: number };

const one = "/zones/{id_or_name}";

/** DNS zones; their records are in rrsets.ts. */
export const zoneOperations: Operations = {
  "GET /zones": list("zones", (cloud) => cloud.store.all("zones").map((zone) => zoneView(cloud, zone))),
  "POST /zones": call(create),
  [`GET ${one}`]: call((cloud, _body, { id_or_name }) => ({ zone: zoneView(cloud, zoneOf(cloud, id_or_name)) })),
  [`PUT ${one}`]: call((cloud, body: { labels?: Labels }, { id_or_name }) => {
    const zone = zoneOf(cloud, id_or_name);
    const labels = body.labels === undefined ? zone.labels : checkedLabels(body.labels);
    return { zone: zoneView(cloud, cloud.store.put("zones", { ...zone, labels })) };
  }),
  [`DELETE ${one}`]: call((cloud, _body, { id_or_name }) => {
    const zone = zoneOf(cloud, id_or_name);
    assertNotProtected(`zone ${zone.name}`, zone.protection);
    cloud.actions.assertIdle(zoneRef(zone));
    return started(cloud, "delete_zone", [zoneRef(zone)]);
  }),
  [`POST ${one}/actions/change_protection`]: change(
    "change_protection",
    zoneOf,
    (zone, body: { delete?: boolean }) => ({
      protection: changedProtection(zone.protection, { delete: body.delete }),
    }),
  ),
  [`POST ${one}/actions/change_ttl`]: change("change_ttl", primaryZoneOf, (_zone, { ttl }: { ttl: number }) => ({
    ttl,
  })),
  [`POST ${one}/actions/change_primary_nameservers`]: change(
    "change_primary_nameservers",
    zoneOf,
    (zone, body: { primary_nameservers: readonly Nameserver[] }) => {
      if (zone.mode === "primary") throw new ApiError("incorrect_zone_mode", `zone ${zone.name} is primary itself`);
      return { primaryNameservers: checkedNameservers(body.primary_nameservers) };
    },
  ),
};

function change<Body>(
  command: Command,
  find: (cloud: Cloud, idOrName: string) => ZoneRow,
  changed: (zone: ZoneRow, body: Body) => Partial<ZoneRow>,
) {
  return call((cloud, body: Body, { id_or_name }) => {
    const zone = find(cloud, id_or_name);
    cloud.actions.assertIdle(zoneRef(zone));
    cloud.store.put("zones", { ...zone, ...changed(zone, body) });
    return started(cloud, command, [zoneRef(zone)]);
  });
}

function create(cloud: Cloud, body: CreateBody): View {
  const name = checkedZoneName(body.name);
  // A name server can have a domain once, whoever asks.
  if (cloud.allProjects.find("zones", "name", name).length > 0) {
    throw new ApiError("uniqueness_error", `there is a zone ${name} already`, { fields: [{ name: "name" }] });
  }
  const isPrimary = body.mode === "primary";
  const zone = cloud.store.put("zones", {
    id: cloud.store.newId(),
    name,
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    mode: body.mode,
    ttl: body.ttl ?? usualTtl,
    primaryNameservers: isPrimary ? [] : checkedNameservers(body.primary_nameservers ?? []),
    protection: { delete: false },
    published: [],
  });
  if (isPrimary) {
    const own = { name: "@", ttl: usualTtl };
    addRrset(cloud, zone, { ...own, type: "SOA", records: [{ value: soaRecord(nextSerial(cloud.clock.now()) - 1) }] });
    addRrset(cloud, zone, { ...own, type: "NS", records: nameServers.map((value) => ({ value })) });
    for (const set of body.rrsets ?? []) addRrset(cloud, zone, set);
  }
  return { ...started(cloud, "create_zone", [zoneRef(zone)]), zone: zoneView(cloud, zone) };
}

/** @throws invalid_input */
function checkedNameservers(servers: readonly Nameserver[]): PrimaryNameserver[] {
  if (servers.length === 0) throw invalidField("primary_nameservers", "are required for a secondary zone");
  return servers.map(({ address, port = 53, tsig_algorithm, tsig_key }) => {
    if (isIP(address) === 0) throw invalidField("primary_nameservers", `"${address}" is not an address`);
    return { address, port, ...(tsig_algorithm && { tsig_algorithm }), ...(tsig_key && { tsig_key }) };
  });
}

/** What actions on zones do once their time is over. */
export const zoneEffects = {
  create_zone: published,
  change_ttl: published,
  change_primary_nameservers: published,
  delete_zone: {
    success: (cloud, action) => {
      const zone = found(cloud, "zones", resourceOf(action, "zone"));
      for (const { id } of cloud.store.find("zone_rrsets", "zone", zone.id)) cloud.store.remove("zone_rrsets", id);
      cloud.store.remove("zones", zone.id);
    },
  },
} satisfies Partial<Record<Command, Effects>>;
