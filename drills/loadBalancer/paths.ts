import { longestGap, noRequestFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { cut, restore } from "../frame/faults";
import { machinesWithRole, standbyBalancer } from "../frame/stack";
import { pause } from "../frame/wait";
import { observe, oneOwner, ownership, pairDrill } from "./pair";

export const standbyCutOff: Drill = {
  name: "standby-cut-off",
  title: "The standby load balancer loses its private network",
  hypothesis:
    "It hears no master, but it reaches no instance either, so it does not claim the floating IP; when its network is back, it is standby again.",
  claims: [{ metric: "moves", text: "moves of the floating IP", unit: "moves", worst: 0 }, noRequestFails],
  ...pairDrill,
  load: { rate: 300, duration: 16, timeout: 5, connections: "mixed", posts: 0.1 },
  runs: 5,
  abortAfter: 60,
  async fault(stack) {
    const standby = await standbyBalancer(stack);
    const cutAndHealed = async () => {
      await cut(stack, standby, "private network");
      await pause(6);
      await restore(stack);
      await pause(5);
    };
    const { moves } = await observe(stack, await machinesWithRole(stack, "loadBalancer"), cutAndHealed());
    return { moves };
  },
};

/** Seconds. */
const cutFor = 5;

export const vrrpCut: Drill = {
  name: "vrrp-cut",
  title: `Only VRRP between the load balancers is cut for ${cutFor} s`,
  hypothesis:
    "Both are master for a while and both serve; after the cut one steps down, and the API agrees with the other.",
  claims: [
    { metric: "mostMasters", text: "masters at the same time during the cut", unit: "owners", least: 2, worst: 2 },
    ...oneOwner,
    longestGap({ worst: 1 }),
  ],
  ...pairDrill,
  load: { rate: 300, duration: 14, timeout: 2 },
  runs: 5,
  abortAfter: 60,
  async fault(stack) {
    const balancers = await machinesWithRole(stack, "loadBalancer");
    await cut(stack, await standbyBalancer(stack), "vrrp");
    const { mostMasters } = await observe(stack, balancers, pause(cutFor));
    await restore(stack);
    await pause(3);
    return { mostMasters, ...(await ownership(stack)) };
  },
};
