import { collections } from "../../stack/cloud/collections";
import { needsDatabase, query } from "../database/writing";
import type { Claim, Measurements } from "../frame/drill";
import { requireSuccess, type Stack, type UpOptions } from "../frame/stack";
import { pause, until } from "../frame/wait";
import { settingsOf, steps, type Step } from "./rungs";
import { Visitor } from "./visitor";

/** The climb as docs/measured.md tells of it; what is not in here is measured and not claimed. */
export const climb = {
  name: "ladder-climb",
  title: "All rungs of the ladder up and down again",
  hypothesis:
    "Each rung is one `pulumi up`: entries that were written on the way are there at the end, and so is the address.",
  load: { rate: 10, connections: "fresh" },
  claims: [
    { metric: "lost", text: "acknowledged entries that are missing at the end", unit: "rows", worst: 0 },
    {
      metric: "moved",
      text: "changes of the floating IP while there are load balancers",
      unit: "changes",
      worst: 0,
    },
    {
      metric: "left",
      text: "resources that are left at the bottom and were not there before",
      unit: "changes",
      worst: 0,
    },
    ...steps.flatMap(({ key, name }): Claim[] => [
      { metric: `${key}: time`, text: `${name}: time of \`pulumi up\``, unit: "s" },
      { metric: `${key}: gap`, text: `${name}: longest time without an accepted entry`, unit: "s" },
    ]),
  ],
} as const satisfies { readonly claims: readonly Claim[]; readonly [property: string]: unknown };

/**
 * Climbs and descends while somebody writes. The stack is left on the lowest rung.
 *
 * @param say gets a line for each step
 * @throws when a `pulumi up` fails; the stack then stays where it got to
 */
export async function runClimb(stack: Stack, say: (line: string) => void): Promise<Measurements> {
  const cannot = await needsDatabase(stack);
  if (cannot !== undefined) throw new Error(`nothing could be kept on the way: ${cannot}`);
  say("to the bottom");
  await up(stack, "the way to the bottom", { settings: settingsOf(0), refresh: true });
  const bottom = await inventory(stack);
  const visitor = new Visitor(stack);
  const measured: Record<string, number> = {};
  const floatingIps = new Set<string>();
  try {
    await until("the guestbook takes a first entry", entryLimit, () => Promise.resolve(visitor.written.length > 0));
    for (const step of steps) {
      Object.assign(measured, await take(stack, visitor, step, say));
      if (step.settings.loadBalancer.machines > 0) floatingIps.add(await floatingIp(stack, step));
    }
  } finally {
    await visitor.leave();
  }
  const kept = new Set(await query(stack, "SELECT id FROM entries"));
  const { written } = visitor;
  const left = await inventory(stack);
  say(`${written.length} entries were acknowledged`);
  return {
    ...measured,
    written: written.length,
    lost: written.filter((id) => !kept.has(id)).length,
    moved: floatingIps.size - 1,
    left: leftBehind(bottom, left),
  };
}

/** Brings a stack that was climbed back to its own settings. @throws when the `pulumi up` fails */
export async function leaveLadder(stack: Stack, say: (line: string) => void): Promise<void> {
  say("back to the stack's own settings");
  await up(stack, "the way back", {});
}

/** Seconds after a step in which visitors are still watched: what comes late belongs to it. */
const afterwards = 5;
/** Seconds after which the guestbook has to take entries, when a step is over. */
const entryLimit = 30;

async function take(
  stack: Stack,
  visitor: Visitor,
  { key, name, settings }: Step,
  say: (line: string) => void,
): Promise<Record<string, number>> {
  const from = Date.now();
  const time = await up(stack, name, { settings });
  const over = Date.now();
  const served = () => Promise.resolve(visitor.takenBetween(over, Date.now()) > 0);
  await until(`the guestbook takes an entry after "${name}"`, entryLimit, served);
  await pause(afterwards);
  const gap = visitor.longestGap(from, Date.now());
  say(`${name}: ${time.toFixed(1)} s, ${gap.toFixed(1)} s without an accepted entry`);
  return { [`${key}: time`]: time, [`${key}: gap`]: gap };
}

async function up(stack: Stack, step: string, options: UpOptions): Promise<number> {
  return requireSuccess(await stack.up(options), `${step}: pulumi up failed; it said at its end`).duration;
}

/** The one address that visitors know from the first load balancer on. @throws when there is another number of them */
async function floatingIp(stack: Stack, { name }: Step): Promise<string> {
  const addresses = (await stack.status()).floatingIps.map(({ ip }) => ip);
  const [only] = addresses;
  if (only === undefined || addresses.length > 1)
    throw new Error(`${name}: there are ${addresses.length} floating IPs, where one is to be`);
  return only;
}

/** Everything in the project that can cost money or stand in the way: kind and name → how many. */
async function inventory(stack: Stack): Promise<ReadonlyMap<string, number>> {
  const lists = await Promise.all(
    collections.map(async ({ path }) => {
      const answer = (await stack.api("GET", `/v1/${path}?per_page=50`)) as Record<string, Listed[] | undefined>;
      return (answer[path] ?? []).map((item) => `${path}/${lastingName(item)}`);
    }),
  );
  const counts = new Map<string, number>();
  for (const thing of lists.flat()) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}

interface Listed {
  readonly name: string;
  readonly type?: string;
}

/** Addresses that come and go with their servers are called after their number: what counts is how many there are. */
function lastingName({ name, type = "" }: Listed): string {
  return /^primary_ip-\d+$/.test(name) ? type : name;
}

/** How many things are in the second inventory that were not in the first. */
export function leftBehind(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  return [...after].reduce((sum, [thing, count]) => sum + Math.max(0, count - (before.get(thing) ?? 0)), 0);
}
