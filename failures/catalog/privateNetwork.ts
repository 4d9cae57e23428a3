import { detection } from "../detection";
import type { Facts } from "../facts";
import { duration, formatSeconds, total } from "../figures";
import type { Assessment, Failure } from "../types";
import { withoutDatabase } from "./database";
import { nobodyAnswers } from "./common";

/** Hetzner's private network fails for all machines at once. Where it fails for one machine, that is this machine's failure. */
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
      takesOver: "Nobody needs to: everything is on one machine",
      visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
      data: "None",
      person: "Nothing",
      singlePoints: [],
    };
  }
  // A load balancer on the app machine reaches the instances without the network.
  if (loadBalancers.every(({ roles }) => roles.includes("app"))) {
    return {
      service: "stops",
      takesOver: "Nobody",
      time: { until: "until it works again", duration: duration([], ["Hetzner's repair"]) },
      visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
      data: "None",
      person: "Wait for Hetzner's repair: status.hetzner.com tells about it",
      singlePoints: [
        {
          id: "private-network",
          what: "Hetzner's private network",
          because: "instances reach the database through it alone",
        },
      ],
    };
  }
  const left = detection(haproxy, "vanished");
  return {
    service: "stops",
    takesOver: "Nobody",
    time: { until: "until it works again", duration: duration([], ["Hetzner's repair"]) },
    visitors: {
      safe: `After at most ${formatSeconds(total(left))} all are ${nobodyAnswers}`,
      unsafe: `After at most ${formatSeconds(total(left))} all are ${nobodyAnswers}`,
    },
    data: "None",
    person: `Wait for Hetzner's repair: status.hetzner.com tells about it${pair ? ". The floating IP stays where it is: neither load balancer reaches an instance" : ""}`,
    singlePoints: [
      {
        id: "private-network",
        what: "Hetzner's private network",
        because: database?.apart
          ? "load balancers reach instances through it alone, and instances the database"
          : "load balancers reach instances through it alone",
      },
    ],
  };
}
