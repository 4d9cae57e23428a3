import { longestGap } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { losePower, restore } from "../frame/faults";
import { activeBalancer, machinesWithRole } from "../frame/stack";
import { pause, until } from "../frame/wait";
import { oneOwner, ownership, pairDrill } from "./pair";

export const activePowerLoss: Drill = {
  name: "active-power-loss",
  title: "The active load balancer loses power",
  hypothesis: "Its peer hears nothing for 0.3 s, becomes master and has the floating IP assigned to itself.",
  claims: [longestGap({ median: 0.7, worst: 1 })],
  ...pairDrill,
  load: { rate: 300, duration: 6, timeout: 2 },
  runs: 20,
  abortAfter: 60,
  async fault(stack) {
    await losePower(stack, await activeBalancer(stack));
    return undefined;
  },
};

/** Seconds in which there has to be an owner again. */
const ownerWithin = 60;

export const bothPowerLoss: Drill = {
  name: "both-power-loss",
  title: "Both load balancers lose power and boot again",
  hypothesis: "Both begin as backup, and exactly one becomes master once it reaches an instance.",
  claims: [
    {
      metric: "ownerAfter",
      text: "time until both run, one is master and the API agrees",
      unit: "s",
      worst: ownerWithin,
    },
    ...oneOwner,
    longestGap({ worst: 60 }),
  ],
  ...pairDrill,
  load: { rate: 300, duration: 120, timeout: 2 },
  loadUntilOver: true,
  runs: 3,
  abortAfter: 150,
  async fault(stack) {
    const begun = performance.now();
    const balancers = await machinesWithRole(stack, "loadBalancer");
    await Promise.all(balancers.map((balancer) => losePower(stack, balancer)));
    await restore(stack);
    await until("one owner with whom the API agrees", ownerWithin + 30, async () => {
      const { masters, disagreements } = await ownership(stack);
      return (masters === 0 && disagreements === 0) || "not one owner";
    });
    const ownerAfter = (performance.now() - begun) / 1000;
    // Whether it stays so: a second machine that came up later would have taken over by now.
    await pause(5);
    return { ownerAfter, ...(await ownership(stack)) };
  },
};
