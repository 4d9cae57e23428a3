import { noRequestFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { drainTimeout, floor, nextRelease, others, prepare, releaseDrill, rollOutWell } from "./stack";
import { endedEarly } from "./streams";

const left = { metric: "others", text: "instances without the new release", unit: "instances", worst: 0 } as const;

export const rollOutGood: Drill = {
  ...releaseDrill,
  name: "release-roll-out",
  title: "Roll-out of a release, app that exits at once on SIGTERM",
  hypothesis:
    "Each instance is drained before it is stopped, so SIGTERM cuts no request; it is watched before visitors come back.",
  claims: [
    noRequestFails,
    left,
    {
      metric: "ratio",
      text: "duration, compared with the least possible (start and watch, instance by instance)",
      unit: "ratio",
      median: 1.3,
    },
    { metric: "duration", text: "duration of the roll-out", unit: "s" },
  ],
  async fault(stack) {
    const next = nextRelease(stack);
    const duration = await rollOutWell(stack, next);
    return { duration, ratio: duration / (await floor(stack)), others: await others(stack, next.version) };
  },
};

export const rollOutLong: Drill = {
  ...releaseDrill,
  name: "release-roll-out-long",
  title: "Roll-out with keep-alive connections and requests of 5 s under way",
  hypothesis: "Connections belong to the load balancer, not to an instance; a drain waits for requests that take 5 s.",
  claims: [
    noRequestFails,
    { metric: "longFailed", text: "requests of 5 s that failed", unit: "requests", worst: 0 },
    left,
    { metric: "long", text: "requests of 5 s", unit: "requests" },
  ],
  load: { ...releaseDrill.load, connections: "keep-alive" },
  async fault(stack) {
    const over = new AbortController();
    const slow = stack.visit(
      { url: `${stack.url}/slow`, rate: 4, posts: 0.5, duration: 300, timeout: 20, connections: "keep-alive" },
      over.signal,
    );
    slow.catch(() => undefined);
    const next = nextRelease(stack);
    try {
      await rollOutWell(stack, next);
    } finally {
      over.abort();
    }
    const { sent, failed: longFailed } = await slow;
    return { long: sent, longFailed, others: await others(stack, next.version) };
  },
};

export const rollOutStreams: Drill = {
  ...releaseDrill,
  name: "release-roll-out-streams",
  title: "Roll-out with websockets and server-sent events open",
  hypothesis: `A stream goes on until its instance's drain limit (${drainTimeout} s here); then the app tells those who listen.`,
  claims: [
    noRequestFails,
    { metric: "early", text: "streams that ended before their instance's drain limit", unit: "connections", worst: 0 },
    { metric: "cut", text: "streams that ended without notice to the client", unit: "connections", worst: 0 },
    { metric: "told", text: "streams whose client was told at the limit to close", unit: "connections" },
    left,
  ],
  // The release that is replaced is the one that has to tell.
  prepare: (stack) => prepare(stack, { exit: "tell" }),
  async fault(stack) {
    const over = new AbortController();
    const open = stack.streams({ websockets: 18, events: 18 }, over.signal);
    open.catch(() => undefined);
    const begun = Date.now();
    const next = nextRelease(stack, { exit: "tell" });
    try {
      await rollOutWell(stack, next);
    } finally {
      over.abort();
    }
    const { ended } = await open;
    return {
      early: await endedEarly(stack, ended, begun),
      cut: ended.filter(({ how }) => how === "cut").length,
      told: ended.filter(({ how }) => how === "told").length,
      others: await others(stack, next.version),
    };
  },
};
