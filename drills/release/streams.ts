import type { EndedStream } from "../load/streams";
import { machinesWithRole, withoutStack, type Stack } from "../frame/stack";

/** Seconds that clocks and log lines are blurred by. */
const blur = 0.5;

/** How many streams ended before their instance's drain was over. */
export async function endedEarly(stack: Stack, ended: readonly EndedStream[], since: number): Promise<number> {
  const limits = await drainLimits(stack, since);
  return ended.filter((stream) => {
    const limit = limits.get(stream.instance);
    return limit === undefined || stream.ended < limit - blur * 1000;
  }).length;
}

/**
 * When each instance was allowed to be stopped, by its name, in milliseconds since 1970: the drain's limit, or earlier
 * where nothing was open any more.
 */
async function drainLimits(stack: Stack, since: number): Promise<Map<string, number>> {
  const limits = new Map<string, number>();
  for (const machine of await machinesWithRole(stack, "app")) {
    const seconds = Math.floor(since / 1000);
    const text = await stack.inside(
      machine,
      `journalctl --output=json --output-fields=MESSAGE -t holdfast-rotation --since=@${seconds} --no-pager`,
    );
    for (const line of text.split("\n").filter(Boolean)) {
      const { MESSAGE, __REALTIME_TIMESTAMP } = JSON.parse(line) as Record<string, string>;
      const [, number] = /^instance (\d+): .*(still open after|nothing under way)/.exec(MESSAGE ?? "") ?? [];
      // Instances call themselves by the machine's name in the blueprint; in the cloud it has the stack's before it.
      if (number) limits.set(`${withoutStack(stack, machine)}-${number}`, Number(__REALTIME_TIMESTAMP) / 1000);
    }
  }
  return limits;
}
