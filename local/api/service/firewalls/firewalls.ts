import type { Effects } from "../actions/effects";
import { actionView } from "../actions/view";
import { found, type Cloud } from "../cloud";
import { checkedName } from "../common";
import { ApiError } from "../errors";
import { checkedLabels, type Labels } from "../labels";
import { call, type Operations } from "../operation";
import { namedResource } from "../resource";
import type { ActionRow, FirewallRow } from "../rows";
import { applyTo, removeFrom, type TargetBody } from "./apply";
import { checkedRules, type RuleBody } from "./rules";
import { filteredServers } from "./targets";
import { firewallView } from "./view";

interface CreateBody {
  readonly name: string;
  readonly labels?: Labels;
  readonly rules?: readonly RuleBody[];
  readonly apply_to?: readonly TargetBody[];
}

/** Firewalls and their rules; what they apply to is in apply.ts. */
export const firewallOperations: Operations = {
  ...namedResource("firewalls", {
    view: firewallView,
    update: (firewall, _body, cloud) => {
      cloud.actions.assertIdle({ type: "firewall", id: firewall.id });
      return {};
    },
    remove: (_cloud, firewall) => {
      if (firewall.appliedTo.length === 0) return;
      throw new ApiError("resource_in_use", `firewall ${firewall.name} is still applied to a resource`);
    },
  }),
  "POST /firewalls": call(create),
  "POST /firewalls/{id}/actions/set_rules": call((cloud, body: { rules: readonly RuleBody[] }, { id }) => {
    const firewall = found(cloud, "firewalls", id);
    cloud.actions.assertIdle({ type: "firewall", id: firewall.id });
    return { actions: [actionView(cloud, setRules(cloud, firewall, body.rules))] };
  }),
  // The plugin sends empty lists too, which change nothing.
  "POST /firewalls/{id}/actions/apply_to_resources": call(
    (cloud, body: { apply_to: readonly TargetBody[] }, { id }) => {
      const actions = applyTo(cloud, found(cloud, "firewalls", id), body.apply_to);
      return { actions: actions.map((action) => actionView(cloud, action)) };
    },
  ),
  "POST /firewalls/{id}/actions/remove_from_resources": call(
    (cloud, body: { remove_from: readonly TargetBody[] }, { id }) => {
      const actions = removeFrom(cloud, found(cloud, "firewalls", id), body.remove_from);
      return { actions: actions.map((action) => actionView(cloud, action)) };
    },
  ),
};

function create(cloud: Cloud, body: CreateBody) {
  const firewall = cloud.store.put("firewalls", {
    id: cloud.store.newId(),
    name: checkedName(cloud, "firewalls", body.name),
    labels: checkedLabels(body.labels),
    created: cloud.clock.now(),
    rules: [],
    appliedTo: [],
  });
  const actions: ActionRow[] = [];
  if (body.rules !== undefined && body.rules.length > 0) actions.push(setRules(cloud, firewall, body.rules));
  actions.push(...applyTo(cloud, found(cloud, "firewalls", firewall.id), body.apply_to ?? []));
  return {
    firewall: firewallView(cloud, found(cloud, "firewalls", firewall.id)),
    actions: actions.map((action) => actionView(cloud, action)),
  };
}

function setRules(cloud: Cloud, firewall: FirewallRow, rules: readonly RuleBody[]): ActionRow {
  cloud.store.put("firewalls", { ...firewall, rules: checkedRules(rules) });
  return cloud.actions.create("set_firewall_rules", [{ type: "firewall", id: firewall.id }]);
}

/** Brings the servers' machines to the rules that they have by now. */
async function ensureServers(cloud: Cloud, servers: readonly number[]): Promise<void> {
  await Promise.all(servers.map((server) => cloud.provisioner.ensure(server)));
}

const changesTargets: Effects = {
  // Applying one firewall to many servers at once is common, and locks none of them.
  locks: [],
  work: (cloud, action) => ensureServers(cloud, action.input.servers as number[]),
};

/** What the actions of firewalls do once their time is over. */
export const firewallEffects = {
  apply_firewall: changesTargets,
  remove_firewall: changesTargets,
  set_firewall_rules: {
    work: async (cloud, action) => {
      const firewall = cloud.store.get("firewalls", action.resources[0].id);
      if (firewall === undefined) return;
      await ensureServers(
        cloud,
        filteredServers(cloud.store, firewall).map((server) => server.id),
      );
    },
  },
} satisfies Record<string, Effects>;
