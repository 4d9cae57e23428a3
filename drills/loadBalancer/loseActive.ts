import type { Drill } from "../frame/drill";
import { losePower, restore } from "../frame/faults";
import { activeBalancer, machinesWithRole, needsPair } from "../frame/stack";
import { claimerState } from "../frame/steady";
import { until } from "../frame/wait";

export const activePowerLoss: Drill = {
  name: "active-power-loss",
  title: "The active load balancer loses power",
  hypothesis: "Its peer hears nothing for 0.3 s, becomes master and has the floating IP assigned to itself.",
  claims: [{ metric: "longestGap", text: "longest time without an answer", unit: "s", median: 0.7, worst: 1 }],
  cannot: needsPair,
  load: { rate: 300, duration: 6, timeout: 2 },
  runs: 20,
  abortAfter: 60,
  async fault(stack) {
    await losePower(stack, await activeBalancer(stack));
    return undefined;
  },
  cleanUp: restore,
};

export const bothPowerLoss: Drill = {
  name: "both-power-loss",
  title: "Both load balancers lose power and boot again",
  hypothesis: "Both begin as backup, and exactly one becomes master once it reaches an instance.",
  claims: [
    { metric: "longestGap", text: "longest time without an answer", unit: "s", worst: 60 },
    { metric: "masters", text: "masters afterwards", unit: "owners", worst: 1 },
  ],
  cannot: needsPair,
  load: { rate: 100, duration: 70, timeout: 2 },
  runs: 3,
  abortAfter: 120,
  async fault(stack) {
    const balancers = await machinesWithRole(stack, "loadBalancer");
    await Promise.all(balancers.map((balancer) => losePower(stack, balancer)));
    await restore(stack);
    const masters = async () => {
      const states = await Promise.all(
        (await machinesWithRole(stack, "loadBalancer")).map((one) => claimerState(stack, one)),
      );
      return states.filter((state) => state?.master).length;
    };
    await until("a load balancer is master", 60, async () => (await masters()) > 0);
    return { masters: await masters() };
  },
  cleanUp: restore,
};
