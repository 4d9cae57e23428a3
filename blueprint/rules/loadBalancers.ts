import type { Rule } from "./rule";

/** Without load balancer machines there is exactly one app machine. */
export const loadBalancerMachines: Rule = ({ app, loadBalancer }) => {
  const setting = "holdfast:loadBalancer.machines";
  const machines = loadBalancer?.machines;
  if (machines === 0 && app && app.machines > 1) {
    return [
      {
        setting,
        value: machines,
        wrong: `is not possible with ${app.machines} app machines`,
        why: "without a machine of its own, the load balancer runs on the app machine, and there has to be exactly one",
        fix: "write machines: 1 here, or holdfast:app.machines: 1",
      },
    ];
  }
  return [];
};
