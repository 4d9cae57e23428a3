import type { Hold } from "./probe";
import type { MachineStatus, StackStatus } from "./stackStatus";

/** A status without alarms and notices. */
export type StatusFacts = Omit<StackStatus, "alarms" | "notices" | "remarkable">;

/** The release that the settings name, as far as it is known. */
export interface WantedRelease {
  readonly label: string;
  readonly sha256?: string;
}

/** One sentence about a status. */
export interface Remark {
  readonly text: string;
  /** Names of the machines that it is about. */
  readonly machines: readonly string[];
}

/** Looks at a status and returns what a person has to know about it. */
export type Rule = (facts: StatusFacts) => readonly Remark[];

/** A rule that looks at one answer after the other, each with what its machine said. */
export function forEachAnswer(sentences: (machine: AnsweredMachine) => readonly string[]): Rule {
  return (facts) =>
    answeredMachines(facts).flatMap((machine) =>
      sentences(machine).map((text) => ({ text, machines: [machine.name] })),
    );
}

/** One reason why an instance gets no visitors. */
interface InstanceHold {
  /** The instance's, e.g. `app-1-2`. */
  readonly name: string;
  readonly machine: string;
  readonly hold: Hold;
  /** For how long, by its machine's clock. */
  readonly seconds: number;
}

/** Everything that keeps visitors away from an instance. */
export function holdsOf(facts: StatusFacts): InstanceHold[] {
  return answeredMachines(facts).flatMap(({ name, probe }) =>
    (probe.instances ?? []).flatMap(({ number, holds }) =>
      holds.map((hold) => ({
        name: `${name}-${number}`,
        machine: name,
        hold,
        seconds: hold.since === "" ? 0 : probe.now - Date.parse(hold.since) / 1000,
      })),
    ),
  );
}

/** Who has the lease; undefined: no run has it. */
export function leaseHolder(facts: StatusFacts): { owner: string; reason: string; age: number } | undefined {
  const running = answeredMachines(facts).flatMap(({ probe: { lease, now } }) =>
    lease && lease.ended === "" && now < lease.expires ? [{ ...lease, age: now - lease.since }] : [],
  );
  return running.sort((a, b) => b.generation - a.generation)[0];
}

/** A machine that answered. */
type AnsweredMachine = MachineStatus & { readonly probe: NonNullable<MachineStatus["probe"]> };

/** Machines that answered, with their answers. */
export function answeredMachines({ machines }: StatusFacts): AnsweredMachine[] {
  return machines.filter((machine): machine is AnsweredMachine => machine.probe !== null);
}
