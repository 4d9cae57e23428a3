import type { Facts } from "../facts";
import { duration, roundTime, total } from "../figures";
import type { Assessment, Failure } from "../types";

/** The machine that visitors talk to is gone. */
export const loadBalancerMachine = {
  id: "load-balancer-machine",
  title: "A load balancer machine fails",
  assess,
} as const satisfies Failure;

/** What follows the standby's decision; how long it takes at Hetzner has not been measured. */
const moveOfTheAddress = ["the API's answer", "how long Hetzner takes to move a floating IP (it publishes no figure)"];

/** Two load balancers share their counters of sources; a single one loses them with its HAProxy. */
export function countersLost({ pair }: Facts): string {
  return pair ? "None" : "None; the counters of requests for each source start at zero";
}

function assess(facts: Facts): Assessment | undefined {
  const { blueprint, loadBalancers, pair } = facts;
  // On the app machine the failure of that machine covers both.
  if (loadBalancers.every(({ roles }) => roles.includes("app"))) return undefined;
  const common = { data: countersLost(facts) };
  if (pair) {
    const { advertInterval, missedAdverts, skew } = pair.vrrp;
    const takeover = duration(
      [
        {
          what: `for ${missedAdverts} advertisements to be missing`,
          seconds: missedAdverts * advertInterval,
          from: "keepalived.conf: advert_int",
        },
        { what: "for the delay that its priority sets", seconds: roundTime(skew), from: "keepalived.conf: priority" },
      ],
      moveOfTheAddress,
    );
    return {
      ...common,
      service: "stops and comes back",
      takesOver: "The other load balancer, which assigns the floating IP to itself",
      time: { until: "until it takes over", duration: takeover },
      promises: { longestGap: total(takeover) },
      visitors: {
        safe: "Requests under way fail; new ones get no connection until then, and browsers try again",
        unsafe: "Requests under way fail; new ones get no connection until then",
      },
      person: "Repair it before the other one fails too; the address does not move back by itself",
      singlePoints: [],
    };
  }
  const unprotect = blueprint.settings.protect ? "lift its protection and " : "";
  return {
    ...common,
    service: "stops",
    takesOver: "Nobody",
    time: {
      until: "until it is back",
      duration: duration([], ["Hetzner's repair or the machine's replacement", "its boot"]),
    },
    visitors: { safe: "Get no connection until then", unsafe: "Get no connection until then" },
    person: `If it does not return: ${unprotect}replace it with \`pulumi up --replace\`; the floating IP stays, and DNS with it. Until then you cannot reach the machines behind it by SSH`,
    singlePoints: [
      {
        id: "load-balancer-machine",
        what: "the load balancer",
        because: "visitors and admins reach the machines behind it through it alone",
      },
    ],
  };
}
