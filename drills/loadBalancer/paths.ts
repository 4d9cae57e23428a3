import type { Drill } from "../frame/drill";
import { cut, restore } from "../frame/faults";
import {
  activeBalancer,
  holderOfFloatingIp,
  machinesWithRole,
  needsPair,
  standbyBalancer,
  type Stack,
} from "../frame/stack";
import { claimerState } from "../frame/steady";
import { pause } from "../frame/wait";

/** Watches the floating IP for so many seconds; counts how often its holder changed. */
async function movesDuring(stack: Stack, seconds: number): Promise<number> {
  let moves = 0;
  let last = await holderOfFloatingIp(stack);
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await pause(0.1)) {
    const now = await holderOfFloatingIp(stack);
    if (now !== last) moves++;
    last = now;
  }
  return moves;
}

export const standbyCutOff: Drill = {
  name: "standby-cut-off",
  title: "The standby load balancer loses its private network",
  hypothesis:
    "It hears no master, but reaches no instance either, so it claims nothing; healed, it is a standby again.",
  claims: [
    { metric: "moves", text: "moves of the floating IP", unit: "moves", worst: 0 },
    { metric: "failed", text: "GETs that failed", unit: "requests", worst: 0 },
  ],
  cannot: needsPair,
  load: { rate: 300, duration: 16, timeout: 5 },
  runs: 5,
  abortAfter: 60,
  async fault(stack) {
    const standby = await standbyBalancer(stack);
    await cut(stack, standby, "private network");
    const during = await movesDuring(stack, 6);
    await restore(stack);
    return { moves: during + (await movesDuring(stack, 5)) };
  },
  cleanUp: restore,
};

export const vrrpCut: Drill = {
  name: "vrrp-cut",
  title: "Only VRRP between the load balancers is cut for 5 s",
  hypothesis: "Both are master for a while and both serve; healed, one steps down and the API agrees with the other.",
  claims: [
    { metric: "masters", text: "masters afterwards", unit: "owners", worst: 1 },
    { metric: "disagreements", text: "API disagrees with the master afterwards", unit: "owners", worst: 0 },
    { metric: "longestGap", text: "longest time without an answer", unit: "s", worst: 1 },
  ],
  cannot: needsPair,
  load: { rate: 300, duration: 14, timeout: 2 },
  runs: 5,
  abortAfter: 60,
  async fault(stack) {
    await cut(stack, await standbyBalancer(stack), "vrrp");
    await pause(5);
    await restore(stack);
    await pause(3);
    const balancers = await machinesWithRole(stack, "loadBalancer");
    const states = await Promise.all(balancers.map((balancer) => claimerState(stack, balancer)));
    const masters = balancers.filter((_, index) => states[index]?.master);
    const holder = (await activeBalancer(stack)).id;
    return { masters: masters.length, disagreements: masters.filter(({ id }) => id !== holder).length };
  },
  cleanUp: restore,
};
