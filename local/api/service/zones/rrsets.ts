import type { Command } from "../actions/delays";
import type { Effects } from "../actions/effects";
import type { Cloud } from "../cloud";
import { ApiError, invalidField, notFound } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, list, type Operations } from "../operation";
import { started } from "../resource";
import { checkedRrsetName } from "./names";
import { published } from "./publish";
import { checkedRecords } from "./records";
import type { RecordRow, RrsetRow, ZoneRow } from "./rows";
import { primaryZoneOf, rrsetView, zoneRef } from "./view";

/** A set as a request has it. */
export interface NewRrset {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number | null;
  readonly labels?: Labels;
  readonly records: readonly RecordRow[];
}

type Params = Readonly<Record<string, string>>;
interface Records {
  readonly records: readonly RecordRow[];
}

const all = "/zones/{id_or_name}/rrsets";
const one = `${all}/{rr_name}/{rr_type}`;

/** Sets of records, by name and type. */
export const rrsetOperations: Operations = {
  [`GET ${all}`]: list("rrsets", (cloud, { params }) =>
    cloud.store.find("zone_rrsets", "zone", primaryZoneOf(cloud, params.id_or_name).id).map(rrsetView),
  ),
  [`GET ${one}`]: call((cloud, _body, params) => ({ rrset: rrsetView(locate(cloud, params)[1]) })),
  [`POST ${all}`]: call((cloud, body: NewRrset, params) => {
    const zone = idleZone(cloud, params);
    const set = addRrset(cloud, zone, body);
    return { rrset: rrsetView(set), ...started(cloud, "create_rrset", [zoneRef(zone)]) };
  }),
  [`PUT ${one}`]: call((cloud, body: { labels?: Labels }, params) => {
    const [, set] = locate(cloud, params);
    const labels = body.labels === undefined ? set.labels : checkedLabels(body.labels);
    return { rrset: rrsetView(cloud.store.put("zone_rrsets", { ...set, labels })) };
  }),
  [`DELETE ${one}`]: call((cloud, _body, params) => {
    const [zone, set] = locate(cloud, params, "change");
    remove(cloud, set);
    return started(cloud, "delete_rrset", [zoneRef(zone)]);
  }),
  [`POST ${one}/actions/change_protection`]: call((cloud, { change }: { change: boolean }, params) => {
    const [zone, set] = locate(cloud, params);
    cloud.store.put("zone_rrsets", { ...set, protection: { change } });
    return started(cloud, "change_rrset_protection", [zoneRef(zone)]);
  }),
  [`POST ${one}/actions/change_ttl`]: change("change_rrset_ttl", (_set, { ttl }: { ttl: number | null }) => ({ ttl })),
  [`POST ${one}/actions/set_records`]: change("set_rrset_records", ({ type }, { records }: Records) => ({
    records: checkedRecords(type, records),
  })),
  [`POST ${one}/actions/update_records`]: change("update_rrset_records", (set, { records }: Records) => {
    requireThere(set, records);
    const news = (value: string) => records.find((record) => record.value === value);
    return { records: set.records.map((record) => news(record.value) ?? record) };
  }),
  [`POST ${one}/actions/add_records`]: call((cloud, body: Records & { ttl?: number | null }, params) => {
    const zone = idleZone(cloud, params);
    const set = find(cloud, zone, params);
    if (set === undefined) addRrset(cloud, zone, { name: params.rr_name, type: params.rr_type, ...body });
    else {
      assertChangeable(set);
      const [ttl, records] = [body.ttl ?? set.ttl, checkedRecords(set.type, [...set.records, ...body.records])];
      cloud.store.put("zone_rrsets", { ...set, ttl, records });
    }
    return started(cloud, "add_rrset_records", [zoneRef(zone)]);
  }),
  [`POST ${one}/actions/remove_records`]: call((cloud, { records }: Records, params) => {
    const [zone, set] = locate(cloud, params, "change");
    requireThere(set, records);
    const left = set.records.filter(({ value }) => !records.some((record) => record.value === value));
    if (left.length === 0) remove(cloud, set);
    else cloud.store.put("zone_rrsets", { ...set, records: left });
    return started(cloud, "remove_rrset_records", [zoneRef(zone)]);
  }),
};

function change<Body>(command: Command, changed: (set: RrsetRow, body: Body) => Partial<RrsetRow>) {
  return call((cloud, body: Body, params) => {
    const [zone, set] = locate(cloud, params, "change");
    cloud.store.put("zone_rrsets", { ...set, ...changed(set, body) });
    return started(cloud, command, [zoneRef(zone)]);
  });
}

/** @param purpose what is refused for a protected one @throws not_found, protected */
function locate(cloud: Cloud, params: Params, purpose?: "change"): [ZoneRow, RrsetRow] {
  const zone = idleZone(cloud, params);
  const set = find(cloud, zone, params);
  if (set === undefined) throw notFound("rrset", `${params.rr_name}/${params.rr_type}`);
  if (purpose) assertChangeable(set);
  return [zone, set];
}

function idleZone(cloud: Cloud, { id_or_name }: Params): ZoneRow {
  const zone = primaryZoneOf(cloud, id_or_name);
  cloud.actions.assertIdle(zoneRef(zone));
  return zone;
}

function find(cloud: Cloud, zone: ZoneRow, { rr_name, rr_type }: Params): RrsetRow | undefined {
  return setsOf(cloud, zone, rr_name).find(({ type }) => type === rr_type);
}

function setsOf(cloud: Cloud, zone: ZoneRow, name: string): RrsetRow[] {
  return cloud.store.find("zone_rrsets", "zone", zone.id).filter((set) => set.name === name);
}

function assertChangeable({ name, type, protection }: RrsetRow): void {
  if (protection.change) throw new ApiError("protected", `rrset ${name}/${type} is protected from changes`);
}

function requireThere(set: RrsetRow, records: readonly RecordRow[]): void {
  const strange = records.find(({ value }) => !set.records.some((record) => record.value === value));
  if (strange) throw invalidField("records", `there is no record "${strange.value}" in ${set.name}/${set.type}`);
}

/** A zone keeps its SOA record. */
function remove(cloud: Cloud, { id, type }: RrsetRow): void {
  if (type === "SOA") throw invalidField("rr_type", "the SOA record cannot be deleted");
  cloud.store.remove("zone_rrsets", id);
}

/** @throws invalid_input, uniqueness_error */
export function addRrset(cloud: Cloud, zone: ZoneRow, { name, type, ttl, labels, records }: NewRrset): RrsetRow {
  const others = setsOf(cloud, zone, checkedRrsetName(name, zone.name)).map((set) => set.type);
  if (others.includes(type)) {
    throw new ApiError("uniqueness_error", `the rrset ${name}/${type} is not unique`, { fields: [{ name: "name" }] });
  }
  if (type === "CNAME" ? others.length > 0 : others.includes("CNAME")) {
    throw invalidField("name", `a CNAME record has its name alone, and ${name} has ${others.join(", ")}`);
  }
  return cloud.store.put("zone_rrsets", {
    id: cloud.store.newId(),
    zone: zone.id,
    name,
    type,
    ttl: ttl ?? null,
    labels: checkedLabels(labels),
    created: cloud.clock.now(),
    records: checkedRecords(type, records),
    protection: { change: false },
  });
}

/** What actions on sets do once their time is over. */
export const rrsetEffects = {
  create_rrset: published,
  delete_rrset: published,
  set_rrset_records: published,
  add_rrset_records: published,
  remove_rrset_records: published,
  update_rrset_records: published,
  change_rrset_ttl: published,
  change_rrset_protection: published,
} satisfies Partial<Record<Command, Effects>>;
