import { detection } from "../detection";
import type { Facts } from "../facts";
import { duration, formatSeconds, total } from "../figures";
import type { Assessment, Failure } from "../types";
import { withoutDatabase } from "./database";
import { nobodyAnswers } from "./instances";

/** Hetzner's private network carries nothing, for all machines at once. One machine's share of it is that machine's failure. */
export const privateNetwork = {
  id: "private-network",
  title: "The private network fails",
  assess,
} as const satisfies Failure;

function assess(facts: Facts): Assessment {
  const { blueprint, database, haproxy, loadBalancers, pair } = facts;
  if (blueprint.machines.length === 1) {
    return {
      service: "goes on",
      takesOver: "Nobody has to: everything is on one machine",
      visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
      data: "None",
      person: "Nothing",
      singlePoints: [],
    };
  }
  // A load balancer on the app machine asks instances by that machine's own address, which needs no network.
  if (loadBalancers.every(({ roles }) => roles.includes("app"))) {
    return {
      service: "stops",
      takesOver: "Nobody",
      time: { until: "until it carries again", duration: duration([], ["Hetzner's repair"]) },
      visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
      data: "None",
      person: "Look at status.hetzner.com; nothing that you could do here is quicker",
      singlePoints: [
        {
          id: "private-network",
          what: "Hetzner's private network",
          because: "instances reach the database by it alone",
        },
      ],
    };
  }
  const left = detection(haproxy, "vanished");
  return {
    service: "stops",
    takesOver: "Nobody",
    time: { until: "until it carries again", duration: duration([], ["Hetzner's repair"]) },
    visitors: {
      safe: `After at most ${formatSeconds(total(left))} all are ${nobodyAnswers}`,
      unsafe: `After at most ${formatSeconds(total(left))} all are ${nobodyAnswers}`,
    },
    data: "None",
    person: `Look at status.hetzner.com; nothing that you could do here is quicker${pair ? ". The floating IP stays where it is: neither load balancer reaches an instance" : ""}`,
    singlePoints: [
      {
        id: "private-network",
        what: "Hetzner's private network",
        because: database?.apart
          ? "load balancers reach instances by it alone, and instances the database"
          : "load balancers reach instances by it alone",
      },
    ],
  };
}
