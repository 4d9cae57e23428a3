import type { Facts } from "../facts";
import { duration, formatSeconds } from "../figures";
import { countersLost } from "./loadBalancerMachine";
import { unlessGivenUp } from "./common";
import type { Assessment, Failure } from "../types";

/** HAProxy itself dies on the load balancer that serves. */
export const haproxyProcess = {
  id: "haproxy-process",
  title: "The HAProxy process dies",
  assess,
} as const satisfies Failure;

function assess(facts: Facts): Assessment {
  const { haproxy, pair } = facts;
  const { restart } = haproxy;
  const grace = pair ? `; after ${formatSeconds(pair.haproxyGrace)} without it the other load balancer takes over` : "";
  const gone = "Requests under way are cut; new connections are refused until then";
  return {
    service: "stops and comes back",
    takesOver: `Systemd, which starts it again${grace}`,
    time: {
      until: "until it serves again",
      duration: duration(
        [{ what: "until systemd starts it", seconds: restart.delay, from: "haproxy.service: RestartSec" }],
        ["HAProxy's own start"],
      ),
    },
    visitors: { safe: `${gone}, and browsers try again`, unsafe: gone },
    promises: { longestGap: restart.delay },
    data: countersLost(facts),
    person: unlessGivenUp(restart),
    singlePoints: [],
  };
}
