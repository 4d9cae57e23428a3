import { normaliseRange, rangeStartProblem } from "../addresses";
import { ignore, isGone, onCodes, type Action, type RetryRule } from "../client";
import { labelsProperty, nameProperty, oneOf, unlessEmpty } from "../common";
import type { ApiFirewall, ApiFirewallTarget, Labels } from "../objects";
import { isEmpty, same, unmatched, type Property } from "../properties";
import type { Resource } from "../resource";

interface Rule {
  readonly direction: string;
  readonly protocol: string;
  readonly port?: string;
  readonly sourceIps?: readonly string[];
  readonly destinationIps?: readonly string[];
  readonly description?: string;
}

/** What a firewall applies to; the side that is not used is 0 or empty. */
interface Target {
  readonly server?: number;
  readonly labelSelector?: string;
}

interface Inputs {
  readonly name: string;
  readonly labels?: Labels;
  readonly rules?: readonly Rule[];
  readonly applyTos?: readonly Target[];
}

const whileInUse: RetryRule = { tries: 10, on: onCodes("conflict", "resource_in_use") };

const ranges: Property = {
  kind: "strings",
  unordered: true,
  default: [],
  normalise: (list) => (list as string[]).map(normaliseRange),
  check: (list) => (list as string[]).map(rangeStartProblem).find((problem) => problem !== undefined),
};

const targets: Property = {
  kind: "objects",
  unordered: true,
  fields: { server: { kind: "integer" }, labelSelector: { kind: "string" } },
};

export const firewall: Resource<Inputs> = {
  group: "sdk",
  namedAutomatically: true,
  properties: {
    name: nameProperty,
    labels: { ...labelsProperty, computed: true },
    rules: {
      kind: "objects",
      unordered: true,
      fields: {
        direction: { kind: "string", required: true, check: oneOf("in", "out") },
        protocol: { kind: "string", required: true, check: oneOf("tcp", "udp", "icmp", "esp", "gre") },
        port: { kind: "string" },
        sourceIps: ranges,
        destinationIps: ranges,
        description: { kind: "string" },
      },
    },
    applyTos: {
      ...targets,
      computed: true,
      // An empty list says as little as none: attachments are made elsewhere then.
      same: (current, desired) => isEmpty(desired) || same(targets, current, desired),
    },
  },
  outputs: [],

  async create({ api }, inputs, known) {
    const { firewall, actions = [] } = await api.post<{ firewall: ApiFirewall; actions?: Action[] }>("/firewalls", {
      name: inputs.name,
      labels: unlessEmpty(inputs.labels),
      rules: unlessEmpty(inputs.rules)?.map(toApiRule),
      apply_to: unlessEmpty(inputs.applyTos)?.map(toApiTarget),
    });
    // A failed action leaves the firewall behind and out of the state: the official plugin says the id this late.
    await api.wait(...actions);
    known(String(firewall.id));
    return undefined;
  },

  async read({ api }, id) {
    const found = await api.find<{ firewall: ApiFirewall }>(`/firewalls/${id}`);
    if (!found) return undefined;
    const { firewall } = found;
    return {
      id: String(firewall.id),
      name: firewall.name,
      labels: firewall.labels,
      rules: firewall.rules.map((rule) => ({
        direction: rule.direction,
        protocol: rule.protocol,
        port: rule.port ?? "",
        sourceIps: (rule.source_ips ?? []).map(normaliseRange),
        destinationIps: (rule.destination_ips ?? []).map(normaliseRange),
        description: rule.description ?? "",
      })),
      applyTos: firewall.applied_to.map(toTarget),
    };
  },

  async update({ api, log }, { id, changed, news, olds }) {
    const path = `/firewalls/${id}`;
    await api.get(path);
    if (changed.has("name")) await api.put(path, { name: news.name });
    if (changed.has("rules")) {
      if (isEmpty(news.rules)) {
        const message = "The last rules stay in force: the hcloud plugin never removes all of them.";
        log(`${message} Leave one, or delete the firewall.`, { level: "warning" });
      } else {
        await api.act(`${path}/actions/set_rules`, { rules: news.rules?.map(toApiRule) });
      }
    }
    if (changed.has("labels")) await api.put(path, { labels: news.labels ?? {} });
    if (changed.has("applyTos")) {
      const [before, after] = [(olds.applyTos ?? []) as Target[], news.applyTos ?? []];
      const equal = (a: unknown, b: unknown) => same({ kind: "object", fields: targets.fields }, a, b);
      const dropped = unmatched(after, before, equal) as Target[];
      const added = unmatched(before, after, equal) as Target[];
      if (dropped.length > 0) {
        await api.act(`${path}/actions/remove_from_resources`, { remove_from: dropped.map(toApiTarget) });
      }
      if (added.length > 0) await api.act(`${path}/actions/apply_to_resources`, { apply_to: added.map(toApiTarget) });
    }
    return undefined;
  },

  async delete({ api }, id) {
    const path = `/firewalls/${id}`;
    const found = await api.find<{ firewall: ApiFirewall }>(path);
    if (!found) return;
    const applied = found.firewall.applied_to;
    if (applied.length > 0) {
      await api.act(`${path}/actions/remove_from_resources`, { remove_from: applied.map(bare) });
    }
    await api.retry(whileInUse, () => api.delete(path)).catch(ignore(isGone, undefined));
  },
};

function toApiRule(rule: Rule) {
  return {
    direction: rule.direction,
    source_ips: unlessEmpty(rule.sourceIps)?.map(normaliseRange),
    destination_ips: unlessEmpty(rule.destinationIps)?.map(normaliseRange),
    protocol: rule.protocol,
    port: unlessEmpty(rule.port),
    description: unlessEmpty(rule.description),
  };
}

/** As programs write it. */
function toTarget(target: ApiFirewallTarget): Target {
  return { server: target.server?.id ?? 0, labelSelector: target.label_selector?.selector ?? "" };
}

/** As the API wants it. */
function toApiTarget({ server, labelSelector }: Target): ApiFirewallTarget {
  return server
    ? { type: "server", server: { id: server } }
    : { type: "label_selector", label_selector: { selector: labelSelector ?? "" } };
}

/** Only the fields that a request has. */
function bare(target: ApiFirewallTarget): ApiFirewallTarget {
  return toApiTarget(toTarget(target));
}
