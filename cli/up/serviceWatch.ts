import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import { routesOf } from "../../stack/ssh/config";
import { askStack } from "../status";
import type { StackStatus } from "../../stack/status/stackStatus";
import type { Project } from "../../stack/pulumi/project";
import { serviceProblem, standInProblem } from "./serving";

/** Seconds in which a machine has to serve again: a boot, its programs, and the checks of those who send visitors to it. */
const DEADLINE = 300;
/** Seconds for a machine's sign of life: more than a screen that somebody looks at would wait. */
const LIFE_SIGN = 3;

/** How the watch looks and waits; tests bring their own. */
export interface WatchActions {
  readonly read: () => Promise<StackStatus>;
  /** Gets a line whenever there is another reason to wait. */
  readonly say: (line: string) => void;
  /** Milliseconds, as `Date.now()`. */
  readonly now?: () => number;
  /** Seconds. */
  readonly pause?: (seconds: number) => Promise<unknown>;
  /** Seconds. */
  readonly deadline?: number;
}

/** Looks at a running stack until visitors can do without a machine, or until it serves again. */
export class ServiceWatch {
  constructor(private readonly actions: WatchActions) {}

  /** Of a stack wherever it lives: each look asks all machines, by the state as Pulumi has it then. */
  static of(project: Pick<Project, "stack" | "state" | "target">): ServiceWatch {
    const read = async () => {
      const [state, target] = await Promise.all([project.state(), project.target()]);
      if (!state) throw new UserError(`the stack "${project.stack}" has no state`);
      const { machines, ...status } = await askStack(project.stack, state, target, LIFE_SIGN);
      // The settings may name machines that are made later in the same update.
      const configured = new Set(routesOf(state).map(({ machine }) => machine));
      return { ...status, machines: machines.filter(({ name }) => configured.has(name)) };
    };
    return new ServiceWatch({ read, say: (line) => console.log(line) });
  }

  /**
   * Waits until another machine does the work of this one, which is about to be switched off, and gives the last look.
   *
   * @throws UserError at the deadline, with what was waited for
   */
  async untilOthersServe(machine: string): Promise<StackStatus> {
    return this.wait(
      (status) => standInProblem(status, machine),
      (problem) =>
        `${machine} was not switched off, because no other machine can do its work: ${problem}. Correct that and run this ` +
        "again. If visitors do not matter here, use plain `pulumi up`: it does not wait.",
    );
  }

  /**
   * Waits until the machine answers, its instances get visitors, and what else it is there for works.
   *
   * @throws UserError at the deadline, with what was waited for
   */
  async untilItServes(machine: string): Promise<void> {
    await this.wait(
      (status) => serviceProblem(status, machine),
      (problem, seconds) =>
        `${machine} does not serve ${seconds} s after its change: ${problem}. The other machines were not touched.`,
    );
  }

  private async wait(
    look: (status: StackStatus) => string | undefined,
    failure: (problem: string, seconds: number) => string,
  ): Promise<StackStatus> {
    const { read, say, now = Date.now, pause = (seconds) => sleep(seconds * 1000), deadline = DEADLINE } = this.actions;
    const end = now() + deadline * 1000;
    for (let said = ""; ; await pause(1)) {
      const status = await read();
      const problem = look(status);
      if (problem === undefined) return status;
      if (now() >= end) throw new UserError(failure(problem, deadline));
      if (problem !== said) say(`  waits: ${problem}`);
      said = problem;
    }
  }
}
