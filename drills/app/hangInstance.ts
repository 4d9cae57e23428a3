import { noGetFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { signalInstance } from "../frame/faults";
import { activeBalancer, instancesOf } from "../frame/stack";
import { serversUp } from "../frame/steadyState";
import { until } from "../frame/wait";

export const hangInstance: Drill = {
  name: "hang-instance",
  title: "An instance hangs (SIGSTOP)",
  hypothesis:
    "After the safe timeout HAProxy repeats its requests on another instance; the machine's watchdog kills it and systemd starts it again.",
  claims: [
    noGetFails,
    { metric: "slowest", text: "slowest answer", unit: "s", worst: 2 },
    { metric: "backAfter", text: "time until the instance is in rotation again", unit: "s", worst: 15 },
  ],
  load: { rate: 300, duration: 18, timeout: 5 },
  runs: 5,
  abortAfter: 60,
  async fault(stack) {
    const instances = await instancesOf(stack);
    const [victim] = instances;
    if (!victim) throw new Error("there is no instance to stop");
    const { id } = await activeBalancer(stack);
    const begun = performance.now();
    await signalInstance(stack, victim, "STOP");
    await until(
      "HAProxy takes the hanging instance out",
      10,
      async () => (await serversUp(stack, id)) < instances.length,
    );
    await until("the instance is back", 40, async () => (await serversUp(stack, id)) === instances.length);
    return { backAfter: (performance.now() - begun) / 1000 };
  },
};
