import type { Drill } from "../frame/drill";
import { restore, switchOver } from "../frame/faults";
import { activeBalancer, needsPair } from "../frame/stack";
import { pause } from "../frame/wait";

export const killHaproxy: Drill = {
  name: "kill-haproxy",
  title: "HAProxy is killed on the active load balancer",
  hypothesis:
    "systemd restarts it within 0.3 s; where it does not, the machine leaves the election and its peer takes over.",
  claims: [{ metric: "longestGap", text: "longest time without an answer", unit: "s", worst: 1 }],
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
  claims: [{ metric: "longestGap", text: "longest time without an answer", unit: "s", worst: 0.3 }],
  cannot: needsPair,
  load: { rate: 300, duration: 6, timeout: 2 },
  runs: 10,
  abortAfter: 60,
  async fault(stack) {
    return { switchedAfter: await switchOver(stack) };
  },
  cleanUp: restore,
};

export const reloadHaproxy: Drill = {
  name: "reload-haproxy",
  title: "HAProxy is reconfigured ten times",
  hypothesis: "The new process takes over the listening sockets; the old one finishes what it has.",
  claims: [{ metric: "failed", text: "GETs that failed", unit: "requests", worst: 0 }],
  load: { rate: 300, duration: 14, timeout: 5 },
  runs: 3,
  abortAfter: 60,
  async fault(stack) {
    const active = await activeBalancer(stack);
    for (let count = 0; count < 10; count++) {
      await stack.inside(active, "systemctl reload haproxy.service");
      await pause(0.8);
    }
    return undefined;
  },
};
