import { bodiesAtOnce, sourcesPerNetwork } from "../../roles/loadBalancer/sources";
import type { Facts } from "../facts";
import { count } from "../figures";
import type { Assessment, Failure } from "../types";

/** More requests than the app can bear, from one source or from many. */
export const flood = { id: "flood", title: "A flood of requests", assess } as const satisfies Failure;

function assess({ blueprint, haproxy }: Facts): Assessment {
  const { limits } = blueprint.settings.loadBalancer;
  const sources = Math.ceil(limits.connections / limits.connectionsPerSource);
  const atOnce = blueprint.instances.length * limits.requestsPerInstance;
  const bodies = bodiesAtOnce(blueprint);
  const perSource = [
    `${limits.requestRatePerSource} requests in ${haproxy.requestPeriod} s`,
    `${limits.connectionRatePerSource} new connections in ${haproxy.connectionPeriod} s`,
    `${limits.connectionsPerSource} open ones`,
    `${bodies} large bodies under way`,
  ].join(", ");
  // Each of HAProxy's two backends counts for itself.
  const fate = (others: string) =>
    `Answered, if the source keeps to its limits. The instances work on ${atOnce} at a time, and on as many ${others} ones; more wait at most ${limits.queueTimeout} s, then get 503`;
  return {
    service: "goes on",
    takesOver: `HAProxy: each source gets ${perSource}; everything above is answered with 429 or refused at once. A /48 of IPv6 gets ${sourcesPerNetwork} times as much. A body that brings less than ${limits.bodyRate} KiB a second is answered with 408`,
    visitors: { safe: fate("unsafe"), unsafe: fate("safe") },
    promises: { failed: 0 },
    data: "None",
    person: `Nothing against one source. About ${count(sources, "source")} at their limits fill all ${limits.connections} connections, about ${count(Math.ceil(atOnce / bodies), "source")} with large bodies all places for unsafe requests, and only Hetzner can stop a flood that fills its lines: Holdfast has nothing against these`,
    singlePoints: [],
  };
}
