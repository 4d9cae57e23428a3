import { noGetFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { losePower } from "../frame/faults";
import { activeBalancer, holderOfFloatingIp, machinesWithRole, standbyBalancer } from "../frame/stack";
import { pause, until } from "../frame/wait";
import { mastersAmong, observe, pairDrill } from "./pair";

/** Seconds that the API is out. */
const outage = 30;

/** How Hetzner's API may be out, as the local cloud's faults say it. */
const troubles = {
  unavailable: { error: { code: "unavailable", status: 503 } },
  locked: { error: { code: "locked", status: 423 } },
  "rate-limit": { error: { code: "rate_limit_exceeded", status: 429 } },
  silence: { silent: true },
} as const;

/** The same in words, for docs/measured.md. */
const inWords: Readonly<Record<keyof typeof troubles, string>> = {
  unavailable: "answers 503",
  locked: "answers 423",
  "rate-limit": "answers 429",
  silence: "never answers",
};

const each = Object.entries(inWords) as [keyof typeof troubles, string][];

/** The new master stays master, and was checked often enough to say so. */
const staysMaster = [
  { metric: "demotions", text: "checks at which the new master was no longer master", unit: "checks", worst: 0 },
  { metric: "looks", text: "checks of the floating IP keepers", unit: "checks", least: 60 },
] as const;

/** The active load balancer dies while the API is out. */
export const failoversWithoutApi: readonly Drill[] = each.map(([name, words]) => ({
  name: `failover-api-${name}`,
  title: `The active load balancer loses power while the API ${words} for ${outage} s`,
  hypothesis: "The new master stays master, goes on trying, and has the address as soon as the API takes the call.",
  claims: [
    {
      metric: "claimedAfter",
      text: "time from the API's return until the floating IP is assigned",
      unit: "s",
      worst: 2,
    },
    { metric: "masterAfter", text: "time until the other load balancer is master", unit: "s", worst: 1 },
    ...staysMaster,
  ],
  ...pairDrill,
  load: { rate: 300, duration: outage + 10, timeout: 2 },
  runs: 3,
  abortAfter: 90,
  async fault(stack) {
    const active = await activeBalancer(stack);
    const standby = await standbyBalancer(stack);
    await stack.api("POST", "/_local/faults", { operation: "*", ...troubles[name] });
    await losePower(stack, active);
    const over = pause(outage);
    const isMaster = async () => ((await mastersAmong(stack, [standby])) ?? []).length === 1;
    const masterAfter = await until("the other load balancer is master", 10, isMaster, 0.02);
    const { demotions, looks } = await observe(stack, [standby], over);
    await stack.api("DELETE", "/_local/faults");
    const holds = async () => (await holderOfFloatingIp(stack)) === standby.id;
    const claimedAfter = await until("the other load balancer has the address", 20, holds, 0.02);
    return { claimedAfter, masterAfter, demotions, looks };
  },
}));

/** Nothing else is broken: the API alone. */
export const apiOutages: readonly Drill[] = each.map(([name, words]) => ({
  name: name === "unavailable" ? "api-outage" : `api-outage-${name}`,
  title: `The API ${words} for ${outage} s, and nothing else is broken`,
  hypothesis: "Nothing that serves visitors needs the API: a healthy master stays master.",
  claims: [
    { metric: "moved", text: "moves of the floating IP", unit: "moves", worst: 0 },
    noGetFails,
    ...staysMaster,
    { metric: "mostMasters", text: "masters at the same time", unit: "owners", worst: 1 },
  ],
  ...pairDrill,
  load: { rate: 300, duration: outage + 8, timeout: 5 },
  runs: 3,
  abortAfter: 90,
  async fault(stack) {
    await stack.api("POST", "/_local/faults", { operation: "*", ...troubles[name] });
    const outageAndAfter = pause(outage)
      .then(() => stack.api("DELETE", "/_local/faults"))
      .then(() => pause(2));
    const { moves, ...seen } = await observe(stack, await machinesWithRole(stack, "loadBalancer"), outageAndAfter);
    return { moved: moves, ...seen };
  },
}));
