import { noGetFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { signalInstance } from "../frame/faults";
import { instancesOf } from "../frame/stack";

export const killInstance: Drill = {
  name: "kill-instance",
  title: "An instance is killed",
  hypothesis: "HAProxy repeats the requests that it had on another instance; systemd starts it again within a second.",
  claims: [noGetFails],
  load: { rate: 300, duration: 6, timeout: 5 },
  runs: 20,
  abortAfter: 30,
  async fault(stack, number) {
    const instances = await instancesOf(stack);
    const victim = instances[number % instances.length];
    if (!victim) throw new Error("there is no instance to kill");
    await signalInstance(stack, victim, "KILL");
    return undefined;
  },
};
