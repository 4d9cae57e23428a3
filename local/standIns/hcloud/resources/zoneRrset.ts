import type { Values } from "../../../../provider/grpc/types";
import { ignore, isGone, type Action, type HcloudClient } from "../client";
import { changedFields, labelsWithDefault, nameProperty } from "../common";
import type { Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly zone: string;
  readonly name: string;
  readonly type: string;
  readonly records: readonly { readonly value: string; readonly comment?: string }[];
  readonly ttl?: number;
  readonly labels?: Labels;
  readonly changeProtection?: boolean;
}

interface ApiRrset {
  readonly zone: number;
  readonly name: string;
  readonly type: string;
  readonly ttl: number | null;
  readonly labels: Labels;
  readonly protection: { readonly change: boolean };
  readonly records: readonly { readonly value: string; readonly comment?: string | null }[];
}

export const zoneRrset: Resource<Inputs> = {
  group: "framework",
  namedAutomatically: true,
  properties: {
    zone: { kind: "string", required: true, replaces: true },
    name: { ...nameProperty, replaces: true },
    type: { kind: "string", required: true, replaces: true },
    records: {
      kind: "objects",
      required: true,
      unordered: true,
      fields: { value: { kind: "string", required: true }, comment: { kind: "string" } },
    },
    ttl: { kind: "integer" },
    labels: labelsWithDefault,
    changeProtection: { kind: "boolean", computed: true },
  },
  outputs: [],

  checkPlan({ records }) {
    if (Array.isArray(records) && records.length === 0) throw new Error("records: at least one is needed.");
  },

  async create({ api, log }, { zone, name, type, ttl, labels = {}, records, changeProtection }) {
    const path = pathOf(zone, name, type);
    if (type === "SOA") {
      await api.get(path);
      log("A zone has its SOA record from the beginning: it is taken over as it is.", { level: "warning" });
      return toState(await api.get(path), zone);
    }
    const { rrset, action } = await api.post<{ rrset: ApiRrset; action: Action }>(`/zones/${zone}/rrsets`, {
      name,
      type,
      ttl,
      labels,
      records,
    });
    const inZone = pathOf(String(rrset.zone), name, type);
    await api.wait(action, changeProtection === undefined ? undefined : await protect(api, inZone, changeProtection));
    return toState(await api.get(path), zone);
  },

  async read({ api }, id, prior) {
    const [zone, name, type] = locate(id, prior);
    const found = await api.find<{ rrset: ApiRrset }>(pathOf(zone, name, type));
    return found && toState(found, zone);
  },

  async update({ api }, { changed, news }) {
    const path = pathOf(news.zone, news.name, news.type);
    const isProtected = news.changeProtection ?? false;
    if (changed.has("changeProtection") && !isProtected) await api.wait(await protect(api, path, false));
    const begin = async (action: string, body: unknown) =>
      (await api.post<{ action: Action }>(`${path}/actions/${action}`, body)).action;
    await api.wait(
      changed.has("ttl") ? await begin("change_ttl", { ttl: news.ttl ?? null }) : undefined,
      changed.has("records") ? await begin("set_records", { records: news.records }) : undefined,
    );
    const fields = changedFields(changed, { labels: { labels: news.labels ?? {} } });
    const answer = await api.put<{ rrset: ApiRrset }>(path, fields);
    if (!changed.has("changeProtection") || !isProtected) return toState(answer, news.zone);
    await api.wait(await protect(api, path, true));
    return { ...toState(answer, news.zone), changeProtection: true };
  },

  async delete({ api }, id, state) {
    const [zone, name, type] = locate(id, state);
    if (type === "SOA") return;
    const gone = ignore(isGone, undefined);
    const answer = await api.delete<{ action: Action } | undefined>(pathOf(zone, name, type)).catch(gone);
    await api.wait(answer?.action);
  },
};

function pathOf(zone: string, name: string, type: string): string {
  return `/zones/${zone}/rrsets/${name}/${type}`;
}

async function protect(api: HcloudClient, path: string, value: boolean): Promise<Action> {
  return (await api.post<{ action: Action }>(`${path}/actions/change_protection`, { change: value })).action;
}

/** Its id is unique only within its zone, which the state knows. @throws when an import does not name the zone */
function locate(id: string, { zone }: Values): [zone: string, name: string, type: string] {
  const parts = typeof zone === "string" ? [zone, ...id.split("/")] : id.split("/");
  const [found = "", name = "", type = "", ...more] = parts;
  if (type !== "" && more.length === 0) return [found, name, type];
  throw new Error(`${JSON.stringify(id)} cannot be imported: <zone>/<name>/<type> is expected.`);
}

function toState({ rrset }: { rrset: ApiRrset }, zone: string) {
  const { name, type, ttl, labels, protection } = rrset;
  return {
    id: `${name}/${type}`,
    zone,
    name,
    type,
    ...(ttl !== null && { ttl }),
    labels,
    changeProtection: protection.change,
    records: rrset.records.map(({ value, comment }) => ({
      // The serial number changes with everything in the zone.
      value: type === "SOA" ? value.split(" ").with(2, "0").join(" ") : value,
      ...(comment && { comment }),
    })),
  };
}
