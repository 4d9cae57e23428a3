import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import { routesOf } from "../../stack/ssh/config";
import { askStack } from "../status";
import type { StackStatus } from "../../stack/status/stackStatus";
import type { Project } from "../../stack/pulumi/project";
import { serviceProblem, standInProblem } from "./serving";

/** Seconds until a machine has to serve again: it boots, starts its programs, and passes health checks. */
const DEADLINE = 300;
/** Seconds for a machine's answer: more than `holdfast status` allows. */
const LIFE_SIGN = 3;

/** How the watch asks and waits; tests exchange it. */
export interface WatchActions {
  readonly read: () => Promise<StackStatus>;
  /** Shows a line for each new reason to wait. */
  readonly say: (line: string) => void;
  /** Milliseconds, as `Date.now()`. */
  readonly now?: () => number;
  /** Seconds. */
  readonly pause?: (seconds: number) => Promise<unknown>;
  /** Seconds. */
  readonly deadline?: number;
}

/** Asks a running stack until other machines can do the work of one, or until it serves again. */
export class ServiceWatch {
  constructor(private readonly actions: WatchActions) {}

  /** For any stack. Each time all machines of the current state are asked. */
  static of(project: Pick<Project, "stack" | "state" | "target">): ServiceWatch {
    const read = async () => {
      const [state, target] = await Promise.all([project.state(), project.target()]);
      if (!state) throw new UserError(`the stack "${project.stack}" has no state`);
      const { machines, ...status } = await askStack(project.stack, state, target, LIFE_SIGN);
      // Leaves out machines that the same update creates later.
      const configured = new Set(routesOf(state).map(({ machine }) => machine));
      return { ...status, machines: machines.filter(({ name }) => configured.has(name)) };
    };
    return new ServiceWatch({ read, say: (line) => console.log(line) });
  }

  /**
   * Waits until another machine can do the work of this one, and gives the last status.
   *
   * @throws UserError at the deadline, with the problem that is left
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
   * Waits until the machine does all of its work again.
   *
   * @throws UserError at the deadline, with the problem that is left
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
    for (let shown = ""; ; await pause(1)) {
      const status = await read();
      const problem = look(status);
      if (problem === undefined) return status;
      if (now() >= end) throw new UserError(failure(problem, deadline));
      if (problem !== shown) say(`  waits: ${problem}`);
      shown = problem;
    }
  }
}
