import type { Drill } from "../frame/drill";
import { restore, switchOver } from "../frame/faults";
import { holderOfFloatingIp, needsPair } from "../frame/stack";

export const upAfterFailover: Drill = {
  name: "up-after-failover",
  title: "`pulumi up` after a failover",
  hypothesis: "Nobody declares where the floating IP is, so Pulumi neither sees a change nor takes it back.",
  claims: [
    { metric: "changes", text: "`pulumi up` finds something to change", unit: "changes", worst: 0 },
    { metric: "moved", text: "moves of the floating IP by it", unit: "moves", worst: 0 },
    { metric: "failed", text: "GETs that failed", unit: "requests", worst: 0 },
  ],
  cannot: needsPair,
  load: { rate: 50, duration: 20, timeout: 5 },
  runs: 1,
  abortAfter: 180,
  // The switch itself is orderly-switch's: a request that is under way at the old holder may be lost with it.
  async prepare(stack) {
    await switchOver(stack);
  },
  async fault(stack) {
    const before = await holderOfFloatingIp(stack);
    const unchanged = await stack.upChangesNothing();
    return { changes: unchanged ? 0 : 1, moved: (await holderOfFloatingIp(stack)) === before ? 0 : 1 };
  },
  cleanUp: restore,
};
