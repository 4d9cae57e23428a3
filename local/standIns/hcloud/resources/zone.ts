import { ignore, isGone, type Action, type HcloudClient } from "../client";
import { changedFields, isId, labelsWithDefault, nameProperty, oneOf } from "../common";
import type { Labels } from "../objects";
import type { Resource } from "../resource";

interface Nameserver {
  readonly address: string;
  readonly port?: number;
  readonly tsigAlgorithm?: string;
  readonly tsigKey?: string;
}

interface Inputs {
  readonly name: string;
  readonly mode: string;
  readonly ttl?: number;
  readonly labels?: Labels;
  readonly deleteProtection?: boolean;
  readonly primaryNameservers?: readonly Nameserver[];
}

interface ApiZone {
  readonly id: number;
  readonly name: string;
  readonly mode: string;
  readonly ttl: number;
  readonly labels: Labels;
  readonly protection: { readonly delete: boolean };
  readonly registrar: string;
  readonly authoritative_nameservers: { readonly assigned: readonly string[] };
  readonly primary_nameservers?: readonly {
    readonly address: string;
    readonly port: number;
    readonly tsig_algorithm?: string | null;
    readonly tsig_key?: string | null;
  }[];
}

const usualTtl = 3600;
const usualPort = 53;

export const zone: Resource<Inputs> = {
  group: "framework",
  namedAutomatically: true,
  properties: {
    name: { ...nameProperty, replaces: true },
    mode: { kind: "string", required: true, replaces: true, check: oneOf("primary", "secondary") },
    ttl: { kind: "integer", default: usualTtl },
    labels: labelsWithDefault,
    deleteProtection: { kind: "boolean", computed: true },
    primaryNameservers: {
      kind: "objects",
      computed: true,
      fields: {
        address: { kind: "string", required: true },
        port: { kind: "integer", default: usualPort },
        tsigAlgorithm: { kind: "string" },
        tsigKey: { kind: "string" },
      },
    },
  },
  outputs: ["registrar", "authoritativeNameservers"],

  checkPlan({ mode, primaryNameservers = [] }) {
    if (mode === "secondary" && primaryNameservers.length === 0) {
      throw new Error("primaryNameservers: a secondary zone needs at least one.");
    }
    if (mode === "primary" && primaryNameservers.length > 0) {
      throw new Error("primaryNameservers: a primary zone has none.");
    }
  },

  async create({ api }, { name, mode, ttl = usualTtl, labels = {}, primaryNameservers, deleteProtection }) {
    const { zone: made, action } = await api.post<{ zone: ApiZone; action: Action }>("/zones", {
      name,
      mode,
      ttl,
      labels,
      primary_nameservers: primaryNameservers?.map(toApi),
    });
    const path = `/zones/${String(made.id)}`;
    await api.wait(action, deleteProtection === undefined ? undefined : await protect(api, path, deleteProtection));
    return toState(await api.get(path));
  },

  async read({ api }, id) {
    if (isId(id)) {
      const found = await api.find<{ zone: ApiZone }>(`/zones/${id}`);
      return found && toState(found);
    }
    const { zone: named } = await api.get<{ zone: ApiZone }>(`/zones/${id}`);
    return toState(await api.get(`/zones/${String(named.id)}`));
  },

  async update({ api }, { id, changed, news }) {
    const path = `/zones/${id}`;
    const begun: Action[] = [];
    const begin = async (action: string, body: unknown) => {
      begun.push((await api.post<{ action: Action }>(`${path}/actions/${action}`, body)).action);
    };
    if (changed.has("ttl")) await begin("change_ttl", { ttl: news.ttl ?? usualTtl });
    if (changed.has("primaryNameservers")) {
      await begin("change_primary_nameservers", { primary_nameservers: (news.primaryNameservers ?? []).map(toApi) });
    }
    if (changed.has("deleteProtection")) begun.push(await protect(api, path, news.deleteProtection ?? false));
    await api.wait(...begun);
    return toState(await api.put(path, changedFields(changed, { labels: { labels: news.labels ?? {} } })));
  },

  async delete({ api }, id) {
    const answer = await api.delete<{ action: Action } | undefined>(`/zones/${id}`).catch(ignore(isGone, undefined));
    await api.wait(answer?.action);
  },
};

async function protect(api: HcloudClient, path: string, value: boolean): Promise<Action> {
  return (await api.post<{ action: Action }>(`${path}/actions/change_protection`, { delete: value })).action;
}

function toApi({ address, port = usualPort, tsigAlgorithm, tsigKey }: Nameserver) {
  return { address, port, tsig_algorithm: tsigAlgorithm, tsig_key: tsigKey };
}

function toState({ zone: one }: { zone: ApiZone }) {
  return {
    id: String(one.id),
    name: one.name,
    mode: one.mode,
    ttl: one.ttl,
    labels: one.labels,
    deleteProtection: one.protection.delete,
    primaryNameservers: (one.primary_nameservers ?? []).map(({ address, port, tsig_algorithm, tsig_key }) => ({
      address,
      port,
      ...(tsig_algorithm && { tsigAlgorithm: tsig_algorithm }),
      ...(tsig_key && { tsigKey: tsig_key }),
    })),
    registrar: one.registrar,
    authoritativeNameservers: { assigneds: one.authoritative_nameservers.assigned },
  };
}
