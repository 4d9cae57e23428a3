import {
  appRules,
  databaseRules,
  type FirewallRule,
  loadBalancerRules,
  monitorRules,
  type NetworkPlan,
  watchedRules,
} from "../firewallRules";
import { ports } from "../ports";

/** Who stands for the addresses that the rules are made of. */
const plan: NetworkPlan = {
  allowFrom: ["`allowFrom`"],
  https: true,
  loadBalancers: ["load balancers"],
  jumpHosts: ["load balancers"],
  lastJumpHost: "the first app machine",
  appMachines: ["app machines"],
  monitor: "the monitor",
  instances: [8001, 8999],
  agents: [ports.agent + 1, ports.agent + 999],
};

/** Who reaches which port of which machine, of a stack with load balancers and a database machine: rows of Markdown. */
export function reachTable(): string {
  const machines = {
    "load balancer": loadBalancerRules(plan),
    app: appRules(plan),
    database: databaseRules(plan),
    "monitor (own machine)": monitorRules(plan),
    "each, where there is a monitor": watchedRules(plan, []),
    "load balancer, where there is a monitor": watchedRules(plan, ["loadBalancer"]).slice(1),
    "database, where there is a monitor": watchedRules(plan, ["database"]).slice(1),
  };
  const rows = Object.entries(machines).flatMap(([machine, rules]) => rules.map((rule) => row(machine, rule)));
  return ["| machine | port | side | from | what for |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function row(machine: string, { side, protocol, ports: range, from, purpose, by }: FirewallRule): string {
  const [first, last] = range ?? [];
  const port = first === undefined ? protocol.toUpperCase() : `TCP ${first}${last === first ? "" : " …"}`;
  const who = from.includes("0.0.0.0/0") ? "everybody" : from.join(", ").replace("10.0.0.0/16", "the private network");
  return `| ${machine} | ${port} | ${side} | ${who}${by ? ` (${by} only)` : ""} | ${purpose} |`;
}
