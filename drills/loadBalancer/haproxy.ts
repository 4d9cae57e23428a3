import { longestGap, noRequestFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { restore, switchOver } from "../frame/faults";
import {
  activeBalancer,
  holderOfFloatingIp,
  machinesWithRole,
  needsPair,
  requireSuccess,
  type Stack,
  type StackMachine,
} from "../frame/stack";
import { pairDrill } from "./pair";

export const killHaproxy: Drill = {
  name: "kill-haproxy",
  title: "HAProxy is killed on the active load balancer",
  hypothesis:
    "systemd restarts it within 0.3 s; where it does not, the machine leaves the election and its peer takes over.",
  claims: [longestGap({ worst: 1 })],
  load: { rate: 300, duration: 6, timeout: 2 },
  runs: 10,
  abortAfter: 60,
  async fault(stack) {
    await stack.inside(await activeBalancer(stack), "systemctl kill --signal=KILL haproxy.service");
    return undefined;
  },
  cleanUp: restore,
};

export const orderlySwitch: Drill = {
  name: "orderly-switch",
  title: "The floating IP is handed over in order",
  hypothesis: "The old machine serves until the address has left it, so nobody waits.",
  claims: [longestGap({ worst: 0.3 })],
  ...pairDrill,
  load: { rate: 300, duration: 6, timeout: 2 },
  runs: 10,
  abortAfter: 60,
  async fault(stack) {
    return { switchedAfter: await switchOver(stack) };
  },
};

export const restartHaproxy: Drill = {
  name: "restart-haproxy",
  title: "HAProxy is restarted on the active load balancer, as Debian's updates of it do",
  hypothesis:
    "Before HAProxy stops, its machine hands the floating IP over, so visitors reach a load balancer that serves.",
  claims: [
    longestGap({ worst: 0.3 }),
    { metric: "stayed", text: "restarts without a hand-over", unit: "machines", worst: 0 },
  ],
  ...pairDrill,
  load: { rate: 300, duration: 8, timeout: 2 },
  runs: 5,
  abortAfter: 60,
  async fault(stack) {
    const active = await activeBalancer(stack);
    const begun = Date.now();
    await stack.inside(active, "systemctl restart haproxy.service");
    const restartedAfter = (Date.now() - begun) / 1000;
    return { restartedAfter, stayed: (await activeBalancer(stack)).name === active.name ? 1 : 0 };
  },
};

/** MiB: what the limit of a request's body is set to, one after the other; at last the stack is as its settings say. */
const bodySizes = [11, 12, 13, 14, 15, 16, 17, 18, 19, undefined] as const;

export const reloadHaproxy: Drill = {
  name: "reload-haproxy",
  title: `\`pulumi up\` with another setting of HAProxy, ${bodySizes.length} times, on both load balancers`,
  hypothesis: "Each new process takes over the listening sockets; the old one finishes what it has.",
  claims: [
    noRequestFails,
    { metric: "asBefore", text: "reconfigurations that started no new HAProxy process", unit: "machines", worst: 0 },
    { metric: "moves", text: "moves of the floating IP", unit: "moves", worst: 0 },
    longestGap({}),
  ],
  cannot: needsPair,
  load: { rate: 300, duration: 600, timeout: 5, connections: "mixed", posts: 0.1 },
  loadUntilOver: true,
  runs: 3,
  abortAfter: 620,
  async fault(stack) {
    const balancers = await machinesWithRole(stack, "loadBalancer");
    const before = await holderOfFloatingIp(stack);
    let [asBefore, moves] = [0, 0];
    for (const bodySize of bodySizes) {
      const workers = await workersOf(stack, balancers);
      const change = { settings: { loadBalancer: { limits: { bodySize } } } };
      requireSuccess(await stack.up(bodySize === undefined ? {} : change), "pulumi up failed");
      const now = await workersOf(stack, balancers);
      asBefore += now.filter((worker, index) => worker === workers[index]).length;
      if ((await holderOfFloatingIp(stack)) !== before) moves++;
    }
    return { asBefore, moves };
  },
  async cleanUp(stack) {
    await restore(stack);
    requireSuccess(await stack.up({}), "the stack cannot be brought back to its own settings");
  },
};

/** Process ids of the HAProxy that takes connections now, machine by machine: of a reload the newest. */
function workersOf(stack: Stack, balancers: readonly StackMachine[]): Promise<string[]> {
  return Promise.all(balancers.map((balancer) => stack.inside(balancer, "pgrep --newest --exact haproxy")));
}
