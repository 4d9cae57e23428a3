import { noGetFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { cut, losePower, restore } from "../frame/faults";
import { machinesWithRole, needsTwoAppMachines, type Stack, type StackMachine } from "../frame/stack";

const common = {
  claims: [noGetFails, { metric: "slowest", text: "slowest answer", unit: "s", worst: 2 }],
  cannot: needsTwoAppMachines,
  load: { rate: 300, duration: 10, timeout: 5 },
  runs: 3,
  abortAfter: 60,
  cleanUp: restore,
} as const satisfies Partial<Drill>;

async function lastAppMachine(stack: Stack): Promise<StackMachine> {
  const machine = (await machinesWithRole(stack, "app")).at(-1);
  if (!machine) throw new Error("there is no app machine");
  return machine;
}

export const appMachinePowerLoss: Drill = {
  ...common,
  name: "app-machine-power-loss",
  title: "An app machine loses power",
  hypothesis:
    "Requests under way are repeated on the other machine after the safe timeout; HAProxy takes it out within 1.5 s.",
  async fault(stack) {
    await losePower(stack, await lastAppMachine(stack));
    return undefined;
  },
};

export const appMachineCutOff: Drill = {
  ...common,
  name: "app-machine-cut-off",
  title: "An app machine is cut off (packets dropped)",
  hypothesis: "The same as without power: the safe timeout and HAProxy's checks notice that nothing answers.",
  async fault(stack) {
    await cut(stack, await lastAppMachine(stack), "everything");
    return undefined;
  },
};
