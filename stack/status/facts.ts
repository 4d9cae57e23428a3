import type { Hold } from "./probe";
import type { MachineStatus, StackStatus } from "./stackStatus";

/** A status before anybody judged it. */
export type StatusFacts = Omit<StackStatus, "alarms" | "notices">;

/** Looks at a status and says what is to be said about it: one sentence each, with the machine first. */
export type Rule = (facts: StatusFacts) => readonly string[];

/** Everybody who keeps an instance out, and for how many seconds by its machine's clock. */
export function holdsOf(
  facts: StatusFacts,
): { readonly name: string; readonly hold: Hold; readonly seconds: number }[] {
  return answeredMachines(facts).flatMap(({ name, probe }) =>
    (probe.instances ?? []).flatMap(({ number, holds }) =>
      holds.map((hold) => ({
        name: `${name}-${number}`,
        hold,
        seconds: hold.since === "" ? 0 : probe.now - Date.parse(hold.since) / 1000,
      })),
    ),
  );
}

/** Who may change machines now; undefined: nobody does. */
export function leaseHolder(facts: StatusFacts): { owner: string; reason: string; age: number } | undefined {
  const running = answeredMachines(facts).flatMap(({ probe: { lease, now } }) =>
    lease && lease.ended === "" && now < lease.expires ? [{ ...lease, age: now - lease.since }] : [],
  );
  return running.sort((a, b) => b.generation - a.generation)[0];
}

/** A machine that answered. */
type AnsweredMachine = MachineStatus & { readonly probe: NonNullable<MachineStatus["probe"]> };

/** Machines that answered, with what they said. */
export function answeredMachines({ machines }: StatusFacts): AnsweredMachine[] {
  return machines.filter((machine): machine is AnsweredMachine => machine.probe !== null);
}
