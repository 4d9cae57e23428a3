import type { Drill } from "../frame/drill";
import { losePower, restore } from "../frame/faults";
import { activeBalancer, holderOfFloatingIp, needsPair } from "../frame/stack";
import { pause, until } from "../frame/wait";

/** Seconds that the API is out. */
const outage = 30;

/** How Hetzner's API may be out, as the local cloud's faults say it. */
const troubles = {
  locked: { error: { code: "locked", status: 423 } },
  "rate-limit": { error: { code: "rate_limit_exceeded", status: 429 } },
  unavailable: { error: { code: "unavailable", status: 503 } },
  silence: { silent: true },
} as const;

/** The active load balancer dies while the API is out. */
export const failoversWithoutApi: readonly Drill[] = Object.entries(troubles).map(([name, trouble]) => ({
  name: `failover-api-${name}`,
  title: `The active load balancer loses power while the API is out (${name})`,
  hypothesis: "The new master goes on trying and has the address as soon as the API takes the call.",
  claims: [{ metric: "claimedAfter", text: "claimed after the API is back", unit: "s", worst: 2 }],
  cannot: needsPair,
  load: { rate: 50, duration: outage + 8, timeout: 2 },
  runs: 3,
  abortAfter: 90,
  async fault(stack) {
    const active = await activeBalancer(stack);
    await stack.api("POST", "/_local/faults", { operation: "*", ...trouble });
    await losePower(stack, active);
    await pause(outage);
    await stack.api("DELETE", "/_local/faults");
    const other = async () => {
      const holder = await holderOfFloatingIp(stack);
      return holder !== undefined && holder !== active.id;
    };
    return { claimedAfter: await until("the other load balancer has the address", 20, other, 0.02) };
  },
  cleanUp: restore,
}));

/** Nothing else is broken: the API alone. */
export const apiOutage: Drill = {
  name: "api-outage",
  title: "The API is out for 30 s, and nothing else",
  hypothesis: "Nobody needs it: a healthy master stays master.",
  claims: [
    { metric: "moved", text: "moves of the floating IP", unit: "moves", worst: 0 },
    { metric: "failed", text: "GETs that failed", unit: "requests", worst: 0 },
  ],
  cannot: needsPair,
  load: { rate: 100, duration: outage + 6, timeout: 5 },
  runs: 1,
  abortAfter: 90,
  async fault(stack) {
    const before = await holderOfFloatingIp(stack);
    await stack.api("POST", "/_local/faults", { operation: "*", ...troubles.unavailable });
    await pause(outage);
    await stack.api("DELETE", "/_local/faults");
    await pause(1);
    return { moved: (await holderOfFloatingIp(stack)) === before ? 0 : 1 };
  },
  cleanUp: restore,
};
