import { detection } from "../detection";
import type { Facts } from "../facts";
import { duration, formatSeconds, total } from "../figures";
import type { Assessment, Failure } from "../types";
import { nobodyAnswers } from "./instances";

/** Hetzner's private network carries nothing, for all machines at once. One machine's share of it is that machine's failure. */
export const privateNetwork: Failure = { id: "private-network", title: "The private network fails", assess };

function assess(facts: Facts): Assessment {
  const { haproxy, loadBalancers, pair } = facts;
  // A load balancer on the app machine asks instances by that machine's own address, which needs no network.
  if (loadBalancers.every(({ roles }) => roles.includes("app"))) {
    return {
      service: "goes on",
      takesOver: "Nobody has to: everything is on one machine",
      visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
      data: "None",
      person: "Nothing",
      singlePoints: [],
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
        because: "load balancers reach instances by it alone",
      },
    ],
  };
}
