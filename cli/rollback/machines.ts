import { appPaths } from "../../roles/app/paths";
import { lastLines, run } from "../../toolchain/run";
import { type Way, waysOf } from "../ssh/config";
import { onMachine } from "../ssh/way";
import type { StackState } from "../stack/state";
import type { Rollout } from "./plan";

/** One app machine as it says itself. */
export interface AppMachine {
  readonly name: string;
  /** SHA-256 of the release that its link leads to. */
  readonly runs?: string;
  readonly rollouts: readonly Rollout[];
  /** Why it says nothing. */
  readonly silent?: string;
}

/** Seconds; a machine that is down must not hold up a rollback. */
const limit = 15;

/** Where the machine plugin notes roll-outs (machine/onMachine/rollouts.py). */
const log = "/var/log/holdfast/rollouts.log";

const question = `readlink ${appPaths.release} || echo; cat ${log} 2>/dev/null || true`;

/** Asks all app machines of a stack at once what they run, and what was rolled out on them. */
export async function askAppMachines(stack: string, state: StackState): Promise<AppMachine[]> {
  const ways = waysOf(state).filter(({ machine }) => /^app-\d+$/.test(machine));
  return Promise.all(ways.map((way) => ask(stack, way)));
}

async function ask(stack: string, way: Way): Promise<AppMachine> {
  const name = way.machine;
  try {
    const said = await onMachine(stack, way, ["sudo", "sh", "-c", `'${question}'`], (program, args) =>
      run(program, args, { timeout: limit }),
    );
    if (said.code !== 0) return { name, rollouts: [], silent: lastLines(said, 1) };
    const [link = "", ...lines] = said.stdout.split("\n");
    return { name, runs: /[0-9a-f]{64}/.exec(link)?.[0], rollouts: parseLog(name, lines) };
  } catch (error) {
    return { name, rollouts: [], silent: (error as Error).message };
  }
}

/** Lines of a machine's roll-out log; those that are not about the app, or cut, say nothing. */
export function parseLog(machine: string, lines: readonly string[]): Rollout[] {
  return lines.flatMap((line) => {
    const entry = parseLine(line);
    if (entry?.archive !== appPaths.release || !entry.date || !entry.to) return [];
    const { date, to: label, sha256, result } = entry;
    return [{ date, machine, to: { label, ...(sha256 && { sha256 }) }, applied: result === "applied" }];
  });
}

interface LogLine {
  readonly date?: string;
  readonly archive?: string;
  readonly to?: string;
  readonly sha256?: string | null;
  readonly result?: string;
}

function parseLine(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
