import type { Drill } from "../frame/drill";
import { switchOver } from "../frame/faults";
import { holderOfFloatingIp } from "../frame/stack";
import { pairDrill } from "./pair";

export const upAfterFailover: Drill = {
  name: "up-after-failover",
  title: "The floating IP is handed over under load, and `pulumi up` follows",
  hypothesis: "The settings do not say where the floating IP is, so Pulumi sees no change and does not move it back.",
  claims: [
    { metric: "changes", text: "changes that `pulumi up` finds", unit: "changes", worst: 0 },
    { metric: "moved", text: "moves of the floating IP by `pulumi up`", unit: "moves", worst: 0 },
    { metric: "failedAtUp", text: "GETs that failed during `pulumi up`", unit: "requests", worst: 0 },
    // A request that is under way at the old holder may be lost with the switch; longer than that nobody waits.
    { metric: "longestGap", text: "longest time without an answer, the failover included", unit: "s", worst: 0.3 },
    { metric: "failed", text: "GETs that failed, the failover included", unit: "requests" },
  ],
  ...pairDrill,
  load: { rate: 150, duration: 120, timeout: 5 },
  loadUntilOver: true,
  runs: 3,
  abortAfter: 180,
  async fault(stack) {
    await switchOver(stack);
    const before = await holderOfFloatingIp(stack);
    // The other half of the 300 requests a second: those that nothing but `pulumi up` could disturb.
    const over = new AbortController();
    const visitors = stack.visit({ ...upAfterFailover.load, rate: 150 }, over.signal);
    visitors.catch(() => undefined);
    try {
      const changes = (await stack.upChangesNothing()) ? 0 : 1;
      over.abort();
      const { failed: failedAtUp } = await visitors;
      return { changes, moved: (await holderOfFloatingIp(stack)) === before ? 0 : 1, failedAtUp };
    } finally {
      over.abort();
    }
  },
};
