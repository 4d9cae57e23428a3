import type { Drill } from "../frame/drill";
import {
  askInstances,
  machinesWithRole,
  needsTwoAppMachines,
  requireSuccess,
  type Stack,
  type UpResult,
} from "../frame/stack";
import { buildRelease, goodHabits, type Habits, storeFolder } from "./releases";

/** Seconds that instances of the drills' stack stay healthy before they are in rotation: the default of settings. */
const settleTime = 5;
/** Seconds of a drain at most; less than the default, since with open streams each instance of a roll-out takes as long. */
export const drainTimeout = 10;

/** Instances on each app machine, as the claims say. */
const instances = 3;

/** What the stack is during these drills, instead of what its own settings say. */
function settings(release: string) {
  return {
    app: {
      release,
      instances,
      health: "/health",
      drainTimeout,
      settleTime,
      startTimeout: 15,
      timeouts: { safe: 1.5, unsafe: 30 },
      slowPaths: ["/slow", "/events", "/socket"],
    },
    // Copies of the drills' releases are nobody's after them.
    releases: { store: storeFolder() },
    // 400 requests a second from 26 addresses come near what one source may do, and that is not what is measured.
    loadBalancer: { limits: { connections: 5000, connectionRatePerSource: 1000, requestRatePerSource: 10_000 } },
  };
}

/** What drills of roll-outs have in common. */
export const releaseDrill = {
  cannot: needsTwoAppMachines,
  load: { rate: 400, posts: 0.5, duration: 300, timeout: 10 },
  loadUntilOver: true,
  runs: 5,
  abortAfter: 400,
  prepare: (stack: Stack) => prepare(stack),
  finish,
} as const satisfies Partial<Drill>;

/** A release of the drills' app, ready for `pulumi up`. */
export interface BuiltRelease {
  /** Its folder. */
  readonly release: string;
  readonly version: string;
  readonly exit: Habits["exit"];
}

/** A release that no machine has seen yet. */
export function nextRelease({ releases }: Stack, habits: Partial<Habits> = {}): BuiltRelease {
  const version = `1.${releases.built++}.0`;
  return { release: buildRelease(version, habits), version, exit: habits.exit ?? goodHabits.exit };
}

/** Brings the stack to a good release of the drills' app with this habit, if it is not there. */
export async function prepare(stack: Stack, habits: Pick<Habits, "exit"> = goodHabits): Promise<void> {
  const { running } = stack.releases;
  if (running?.exit === habits.exit) return;
  const result = await rollOut(stack, nextRelease(stack, habits), { refresh: running === undefined });
  requireSuccess(result, "the stack cannot be brought to the drills' app");
}

/** Back to the app of the stack's own settings. */
export async function finish(stack: Stack): Promise<void> {
  if (stack.releases.running === undefined) return;
  stack.releases.running = undefined;
  requireSuccess(await stack.up({ refresh: true }), "the stack cannot be brought back to its own app");
}

/** `pulumi up` with another release. What it leaves the stack with is for the drill to find out. */
export async function rollOut(
  stack: Stack,
  next: BuiltRelease,
  options: { readonly refresh?: boolean; readonly killAfter?: number } = {},
): Promise<UpResult> {
  const result = await stack.up({ settings: settings(next.release), ...options });
  if (result.code === 0) stack.releases.running = next;
  return result;
}

/** Seconds that it took. @throws with what Pulumi said, when it did not work */
export async function rollOutWell(stack: Stack, next: BuiltRelease): Promise<number> {
  return requireSuccess(await rollOut(stack, next), "the roll-out failed").duration;
}

/** `npx holdfast rollback`, after a roll-out of this release. @throws with what it said, when it did not work */
export async function rollBackWell(stack: Stack, from: BuiltRelease, to: BuiltRelease): Promise<number> {
  const { duration } = requireSuccess(await stack.rollBack(settings(from.release)), "the rollback failed");
  stack.releases.running = to;
  return duration;
}

/** The least that a roll-out can take, in seconds: each instance starts and is watched, one after the other. */
export async function floor(stack: Stack): Promise<number> {
  return (await machinesWithRole(stack, "app")).length * instances * (goodHabits.start + settleTime);
}

/** The version that each instance of the stack answers with; empty for one that does not. */
export async function versions(stack: Stack): Promise<string[]> {
  return (await askInstances(stack, "/")).map((answer) => /"release": "([^"]*)"/.exec(answer)?.[1] ?? "");
}

/** How many instances do not run this version. */
export async function others(stack: Stack, version: string): Promise<number> {
  const found = await versions(stack);
  const expected = (await machinesWithRole(stack, "app")).length * instances;
  return expected - found.filter((one) => one === version).length;
}

/** The version that a roll-out of something bad has to leave alone. */
export function runningVersion({ releases: { running } }: Stack): string {
  if (running === undefined) throw new Error("the stack does not run a release of these drills");
  return running.version;
}
