import type { Drill } from "../frame/drill";
import { restore } from "../frame/faults";
import { holderOfFloatingIp, machinesWithRole, needsPair, type Stack, type StackMachine } from "../frame/stack";
import { keeperState } from "../frame/steadyState";
import { pause } from "../frame/wait";

/** What drills of the pair have in common. */
export const pairDrill = { cannot: needsPair, cleanUp: restore } as const satisfies Partial<Drill>;

/** Seconds between two looks. */
const every = 0.1;

/** What `observe` saw of a pair. */
export interface Observation {
  /** Looks at which every keeper that was asked answered. */
  readonly looks: number;
  /** How often the floating IP's holder changed. */
  readonly moves: number;
  /** The most masters at a time. */
  readonly mostMasters: number;
  /** Looks at which a machine that had been master was none. */
  readonly demotions: number;
}

/** The load balancers whose keepers say that they are master; undefined while one of them says nothing. */
export async function mastersAmong(
  stack: Stack,
  balancers: readonly StackMachine[],
): Promise<readonly StackMachine[] | undefined> {
  const states = await Promise.all(balancers.map((balancer) => keeperState(stack, balancer)));
  return states.includes(undefined) ? undefined : balancers.filter((_, index) => states[index]?.master);
}

/**
 * Watches the floating IP and the keepers until something is over. The look into the local cloud is not a call of the
 * API, so it works while that is out.
 *
 * @param balancers those that run
 */
export async function observe(
  stack: Stack,
  balancers: readonly StackMachine[],
  whileItLasts: Promise<unknown>,
): Promise<Observation> {
  let over = false;
  const end = () => (over = true);
  whileItLasts.then(end, end);
  let [looks, moves, mostMasters, demotions] = [0, 0, 0, 0];
  const wereMaster = new Set<number>();
  let holder = await holderOfFloatingIp(stack);
  while (!over) {
    const [masters, now] = await Promise.all([mastersAmong(stack, balancers), holderOfFloatingIp(stack)]);
    if (now !== holder) moves++;
    holder = now;
    if (masters) {
      looks++;
      mostMasters = Math.max(mostMasters, masters.length);
      const ids = new Set(masters.map(({ id }) => id));
      if ([...wereMaster].some((id) => !ids.has(id))) demotions++;
      for (const id of ids) wereMaster.add(id);
    }
    await pause(every);
  }
  await whileItLasts;
  return { looks, moves, mostMasters, demotions };
}

/** How things are after a fault: 0 and 0 where there is exactly one master, and the floating IP is on it. */
export async function ownership(stack: Stack): Promise<{ readonly masters: number; readonly disagreements: number }> {
  const masters = await mastersAmong(stack, await machinesWithRole(stack, "loadBalancer"));
  if (!masters) throw new Error("a floating IP keeper does not answer: nobody knows who is master");
  const holder = await holderOfFloatingIp(stack);
  // An address on no machine, or on one that is not master, is as wrong as two masters.
  const agrees = masters.length > 0 && masters.every(({ id }) => id === holder);
  return { masters: Math.abs(masters.length - 1), disagreements: agrees ? 0 : 1 };
}

/** Claims about `ownership`. */
export const oneOwner = [
  { metric: "masters", text: "surplus or missing masters afterwards", unit: "owners", worst: 0 },
  {
    metric: "disagreements",
    text: "disagreements between the API and the master afterwards",
    unit: "owners",
    worst: 0,
  },
] as const;
