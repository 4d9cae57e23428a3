import { parsePrintable, printable } from "../../lib/printable";
import { setTimeout as sleep } from "node:timers/promises";
import { machinePaths } from "../../provider/machine/paths";
import { appPaths } from "../../roles/app/paths";
import { lastLines, run } from "../../lib/run";
import { type Route, routesOf } from "../../stack/ssh/config";
import { onMachine } from "../../stack/ssh/route";
import type { StackState } from "../../stack/state";
import { runningReleases } from "../../stack/release/stacks";
import type { MachineReleases, Rollout } from "./plan";

/** An app machine, by its own answer. */
export interface AppMachine extends MachineReleases {
  readonly rollouts: readonly Rollout[];
  /** Whether it still works on an earlier roll-out, which it finishes by itself. */
  readonly busy?: boolean;
  /** Why it gave no answer. */
  readonly silent?: string;
}

/** Seconds for an answer, so that a machine that is down does not delay a rollback. */
const limit = 15;

const question = [
  `readlink ${appPaths.release} || echo`,
  "systemctl list-units --plain --no-legend --state=activating,active,reloading holdfast-apply@*.service | wc -l",
  `cat ${machinePaths.rolloutLog} 2>/dev/null || true`,
].join("; ");

/** Asks all app machines of a stack at once what they run, and what was rolled out on them. */
export async function askAppMachines(stack: string, state: StackState): Promise<AppMachine[]> {
  const routes = routesOf(state).filter(({ machine }) => /^app-\d+$/.test(machine));
  const recorded = runningReleases(state);
  return Promise.all(
    routes.map(async (route) => ({ ...(await ask(stack, route)), recorded: recorded[route.machine] })),
  );
}

/** Seconds between two questions to busy machines. */
const pause = 2;

/**
 * Asks all app machines until none is busy. A machine whose `pulumi` was killed finishes its roll-out, and only then
 * it is known what it runs.
 */
export async function askMachinesWhenIdle(
  stack: string,
  state: StackState,
  say: (detail: string) => void,
): Promise<AppMachine[]> {
  for (;;) {
    const machines = await askAppMachines(stack, state);
    const busy = machines.filter((machine) => machine.busy).map(({ name }) => name);
    if (busy.length === 0) return machines;
    say(`${busy.join(" and ")} still working on an earlier roll-out (press Ctrl-C if another person is rolling out)`);
    await sleep(pause * 1000);
  }
}

async function ask(stack: string, route: Route): Promise<AppMachine> {
  const name = route.machine;
  try {
    const answer = await onMachine(stack, route, ["sudo", "sh", "-c", `'${question}'`], (program, args) =>
      run(program, args, { timeout: limit }),
    );
    if (answer.code !== 0) return { name, rollouts: [], silent: printable(lastLines(answer, 1)) };
    const [link = "", applies = "", ...lines] = answer.stdout.split("\n");
    const runs = /[0-9a-f]{64}/.exec(link)?.[0];
    return { name, runs, busy: Number(applies) > 0, rollouts: parseLog(name, lines) };
  } catch (error) {
    return { name, rollouts: [], silent: (error as Error).message };
  }
}

/** The entries of a machine's roll-out log. Incomplete lines, and those of other archives, are left out. */
export function parseLog(machine: string, lines: readonly string[]): Rollout[] {
  return lines.flatMap((line) => {
    const entry = parseLine(line);
    if (entry?.archive !== appPaths.release || !entry.date || !entry.to) return [];
    const { date, from, to: label, sha256, result } = entry;
    const to = { label, ...(sha256 && { sha256 }) };
    return [{ date, machine, ...(from && { from }), to, applied: result === "applied" }];
  });
}

interface LogLine {
  readonly date?: string;
  readonly archive?: string;
  readonly from?: string | null;
  readonly to?: string;
  readonly sha256?: string | null;
  readonly result?: string;
}

function parseLine(line: string): LogLine | undefined {
  try {
    return parsePrintable(line) as LogLine;
  } catch {
    return undefined;
  }
}
