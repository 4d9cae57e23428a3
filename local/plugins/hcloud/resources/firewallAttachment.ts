import { ignore, onCodes, type Action } from "../client";
import type { Values } from "../../../../provider/grpc/types";
import type { ApiFirewall } from "../objects";
import type { Resource } from "../resource";
import { toApiTarget, toTarget } from "./firewallTargets";

interface Inputs {
  readonly firewallId: number;
  readonly serverIds?: readonly number[];
  readonly labelSelectors?: readonly string[];
}

export const firewallAttachment: Resource<Inputs> = {
  group: "sdk",
  properties: {
    firewallId: { kind: "integer", required: true, replaces: true },
    serverIds: { kind: "integers", unordered: true },
    labelSelectors: { kind: "strings", unordered: true },
  },
  outputs: [],

  async create({ api }, inputs, known) {
    const wanted = targetsOf(inputs);
    if (wanted.length === 0) throw new Error("serverIds or labelSelectors has to name what the firewall applies to.");
    await api
      .act(`/firewalls/${String(inputs.firewallId)}/actions/apply_to_resources`, { apply_to: wanted.map(toApiTarget) })
      .catch(ignore(onCodes("firewall_already_applied"), undefined));
    known(String(inputs.firewallId));
    return undefined;
  },

  // What the state knows stays in it even if somebody detached it: the official plugin merges, it does not replace.
  async read({ api }, id, prior) {
    const found = await api.find<{ firewall: ApiFirewall }>(`/firewalls/${id}`);
    if (!found) return undefined;
    const applied = found.firewall.applied_to.map(toTarget);
    const servers = applied.flatMap(({ server }) => (server ? [server] : []));
    const selectors = applied.flatMap(({ labelSelector }) => (labelSelector ? [labelSelector] : []));
    return {
      id,
      firewallId: found.firewall.id,
      serverIds: union(prior.serverIds, servers),
      labelSelectors: union(prior.labelSelectors, selectors),
    };
  },

  async update({ api }, { id, news }) {
    const path = `/firewalls/${id}`;
    const { firewall } = await api.get<{ firewall: ApiFirewall }>(path);
    const wanted = targetsOf(news).map(toApiTarget);
    const applied = firewall.applied_to.map(toTarget).map(toApiTarget);
    const actions: Action[] = [];
    for (const [action, field, targets] of [
      ["remove_from_resources", "remove_from", without(applied, wanted)],
      ["apply_to_resources", "apply_to", without(wanted, applied)],
    ] as const) {
      const answer = await api.post<{ actions: Action[] }>(`${path}/actions/${action}`, { [field]: targets });
      actions.push(...answer.actions);
    }
    await api.wait(...actions);
    return undefined;
  },

  async delete({ api }, id, state) {
    await api.act(`/firewalls/${id}/actions/remove_from_resources`, {
      remove_from: targetsOf(state as Values & Inputs).map(toApiTarget),
    });
  },
};

/** Servers by id, then selectors: the order in which the official plugin names them. */
function targetsOf({ serverIds, labelSelectors }: Inputs) {
  const servers = [...(serverIds ?? [])].sort((a, b) => a - b);
  return [
    ...servers.map((server) => ({ server })),
    ...(labelSelectors ?? []).map((labelSelector) => ({ labelSelector })),
  ];
}

function union<T>(known: unknown, found: readonly T[]): T[] {
  return [...new Set([...(Array.isArray(known) ? (known as T[]) : []), ...found])];
}

function without<T>(all: readonly T[], some: readonly T[]): T[] {
  const written = new Set(some.map((one) => JSON.stringify(one)));
  return all.filter((one) => !written.has(JSON.stringify(one)));
}
