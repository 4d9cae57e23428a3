import { Clone } from "../drills/frame/clone";
import { measurement, type Result, timed } from "../drills/frame/benchResult";

const NAME = "local-bench";

/** Seconds until the screen is there: a person who is woken at night looks at it first. */
export const SCREEN_AIM = 2;

/**
 * `npx holdfast status` of a local stack with a pair of load balancers, two app machines and a database machine: the whole
 * command, from the shell's point of view. A cloud of its own, so that one that runs is not disturbed.
 */
export async function status(runs: number): Promise<Result> {
  const clone = new Clone(NAME);
  const values: number[] = [];
  try {
    await clone.holdfast(["local", "down"]);
    clone.editSettings((text) => text.replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 2"));
    await clone.holdfastOrThrow(["local", "up"], { timeout: 3000 });
    await untilQuiet(clone);
    // The first one fills caches and does not count.
    for (let index = 0; index <= runs; index++) {
      // With an alarm the command fails: then this would not be the time of a stack that is well.
      const value = await timed(() => clone.holdfastOrThrow(["status"]));
      if (index > 0) values.push(value);
    }
  } finally {
    await clone.remove();
  }
  return resultOf(values);
}

/** The slowest run counts: each one keeps a person waiting. */
export function resultOf(values: readonly number[]): Result {
  const screen = measurement(values);
  const met = screen.worst <= SCREEN_AIM ? "met" : "missed";
  return {
    name: "status",
    what: `\`npx holdfast status\` of a local stack of five machines, the whole command (aim: at most ${SCREEN_AIM} s in the worst run, ${met})`,
    measurements: { screen },
  };
}

/** Right after a boot a load balancer may not have checked each instance yet, which is an alarm. */
async function untilQuiet(clone: Clone): Promise<void> {
  for (let tries = 60; ; tries--) {
    const { code, stdout, stderr } = await clone.holdfast(["status"]);
    if (code === 0) return;
    if (tries === 0) throw new Error(`the stack does not become well:\n${stdout}\n${stderr}`);
  }
}
