import { warmUp, type Drill, type Measurements } from "../frame/drill";
import { activeBalancer, type Stack } from "../frame/stack";
import { pause } from "../frame/wait";

/** Other visitors: as many as in every drill of the load balancers, on both kinds of connections, and some write. */
const load = { rate: 300, duration: 20, timeout: 5, connections: "mixed", posts: 0.1 } as const;

/** @param slowdown what is claimed of other visitors' p99 */
const claims = (slowdown: { readonly worst: number } | { readonly median: number }): Drill["claims"] => [
  { metric: "failed", text: "GETs and POSTs of other visitors that failed", unit: "requests", worst: 0 },
  {
    metric: "slowdown",
    text: "p99 of other visitors during the flood, compared with before",
    unit: "ratio",
    ...slowdown,
  },
  { metric: "p99Before", text: "p99 of other visitors before", unit: "s" },
  { metric: "p99During", text: "p99 of other visitors during the flood", unit: "s" },
];

const common = {
  // Over before the fault begins: other visitors come before the flood and during it, to be compared.
  load: { ...load, duration: warmUp },
  runs: 3,
  abortAfter: 120,
} as const;

/**
 * Other visitors' p99 with the flood against the one without it, measured right before.
 *
 * @param after seconds until the flood is what it is meant to be: its program starts on the same computer
 */
async function comparing(stack: Stack, after: number, begin: () => Promise<Measurements>): Promise<Measurements> {
  const before = await stack.visit(load);
  const flooding = begin();
  flooding.catch(() => undefined);
  await pause(after);
  const during = await stack.visit(load);
  const measured = await flooding;
  return {
    ...measured,
    failed: before.failed + during.failed,
    slowdown: during.latency.p99 / before.latency.p99,
    p99Before: before.latency.p99,
    p99During: during.latency.p99,
  };
}

/** Requests a second that one source may send: 200 in ten seconds, by default. */
const allowed = 20;
/** Seconds: longer than the load that it disturbs, with the start of its program. */
const floodSeconds = 2 + load.duration + 3;

export const requestFlood: Drill = {
  ...common,
  name: "request-flood",
  title: "One source sends 50 times what one source may",
  hypothesis: "HAProxy answers it with 429 and refuses its connections; the instances do not notice it.",
  claims: [
    ...claims({ worst: 2 }),
    {
      metric: "times",
      text: "requests of the flood, compared with what one source may send",
      unit: "ratio",
      least: 50,
    },
    { metric: "limited", text: "requests of the flood that were answered with 429", unit: "requests", least: 1 },
    { metric: "refused", text: "requests of the flood that were refused in another way", unit: "requests" },
    { metric: "admitted", text: "requests of the flood that were served", unit: "requests", worst: 250 },
  ],
  fault: (stack) =>
    comparing(stack, 2, async () => {
      const options = { rate: 52 * allowed, duration: floodSeconds, timeout: 2, connections: "keep-alive" } as const;
      const { sent, ok, failed, failures, late } = await stack.flood(options);
      const limited = failures["429"] ?? 0;
      // The last one left as late as this at worst.
      const times = sent / (floodSeconds + late) / allowed;
      return { times, limited, refused: failed - limited, admitted: ok };
    }),
};

/** Sources, and what each opens in a second: just below the 50 connections in three seconds that one source may open. */
const [slowSources, slowRate] = [36, 15];
/** Seconds: the default time for a request's head, after which HAProxy closes; so many seconds' worth are open at a time. */
const headerTimeout = 5;
const ramp = headerTimeout + 2;

export const slowHeaders: Drill = {
  ...common,
  name: "slow-headers",
  title: `2,000 connections of ${slowSources} sources send a byte of their headers now and then`,
  runs: 5,
  hypothesis:
    "No source opens more connections than it may, so HAProxy accepts each one; it closes them after the header timeout, and none reaches an instance.",
  claims: [
    // HAProxy has work with each connection that is opened and closed. Here it shares two processors with the flood, the
    // visitors and the app, so a single run shows anything from no difference to more than twice.
    ...claims({ median: 2 }),
    {
      metric: "heldOpen",
      text: "open connections of the flood, on average",
      unit: "connections",
      least: 2000,
    },
    { metric: "fewestOpen", text: "open connections of the flood, at the least", unit: "connections" },
    { metric: "opened", text: "connections of the flood in total", unit: "connections" },
    { metric: "refused", text: "connections of the flood that were refused", unit: "connections" },
  ],
  fault: (stack) =>
    comparing(stack, ramp + 2, async () => {
      const duration = ramp + 2 + load.duration + 3;
      const { held, fewest, opened, refused } = await stack.slowRequests(
        { rate: slowRate, duration, ramp },
        slowSources,
      );
      return { heldOpen: held, fewestOpen: fewest, opened, refused };
    }),
};

/** Attackers with an IPv4 address each, and those of one /48: together they would fill every place for unsafe requests. */
const [bodySources, bodyNetwork] = [2, 40];
/** Connections that each opens in a second. A source may have 100 open; these are more than it needs to get there. */
const bodyRate = 10;
/** Seconds after which HAProxy ends one that trickles: its longest pause, and its time for the first bytes. */
const bodyTimeout = 14;

export const slowBodies: Drill = {
  ...common,
  name: "slow-bodies",
  title: `${bodySources} sources and ${bodyNetwork} of one IPv6 /48 send a byte of their bodies now and then`,
  hypothesis:
    "A body that has not begun to flow waits at HAProxy. Of those that have, each source and the /48 have few at the instances, and HAProxy ends them as too slow. So POSTs of other visitors get their places.",
  claims: [
    ...claims({ median: 2 }),
    { metric: "heldOpen", text: "open connections of the flood, on average", unit: "connections", least: 400 },
    { metric: "opened", text: "connections of the flood in total", unit: "connections" },
    { metric: "refused", text: "connections of the flood that were refused", unit: "connections" },
  ],
  fault: (stack) =>
    comparing(stack, bodyTimeout, async () => {
      const options = { part: "body", duration: bodyTimeout + load.duration + 5, ramp: bodyTimeout } as const;
      const floods = await Promise.all([
        stack.slowRequests({ ...options, rate: bodyRate }, bodySources),
        stack.slowRequests({ ...options, rate: 1 }, bodyNetwork, await activeBalancer(stack)),
      ]);
      const all = (figure: "held" | "opened" | "refused") => floods.reduce((sum, flood) => sum + flood[figure], 0);
      return { heldOpen: all("held"), opened: all("opened"), refused: all("refused") };
    }),
};
