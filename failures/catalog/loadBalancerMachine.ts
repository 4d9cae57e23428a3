import type { Facts } from "../facts";
import { duration, roundTime, total } from "../figures";
import type { Assessment, Failure } from "../types";

/** The machine that visitors talk to is gone. */
export const loadBalancerMachine = {
  id: "load-balancer-machine",
  title: "A load balancer machine fails",
  assess,
} as const satisfies Failure;

/** What comes after the standby has decided; neither is known before it is measured at Hetzner. */
const moveOfTheAddress = ["the API's answer", "how long Hetzner takes to move a floating IP (it publishes no figure)"];

/** Load balancers tell each other what sources do; a single one has nobody to ask when it starts. */
export function countersLost({ pair }: Facts): string {
  return pair ? "None" : "None; counters of who sent how many requests begin anew";
}

function assess(facts: Facts): Assessment | undefined {
  const { blueprint, loadBalancers, pair } = facts;
  // Where the app machine is load balancer as well, its failure tells of both.
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
        { what: "for its priority", seconds: roundTime(skew), from: "keepalived.conf: priority" },
      ],
      moveOfTheAddress,
    );
    return {
      ...common,
      service: "stops and comes back",
      takesOver: "The other load balancer, which makes the floating IP its own",
      time: { until: "until it takes over", duration: takeover },
      promises: { longestGap: total(takeover) },
      visitors: {
        safe: "Those under way fail; new ones get no connection until then, and browsers try again",
        unsafe: "Those under way fail; new ones get no connection until then",
      },
      person: "Look at it before the other one fails too; the address does not move back by itself",
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
    person: `If it does not return: ${unprotect}let \`pulumi up --replace\` make it anew; the floating IP, which DNS points at, stays. Until then there is no SSH to the machines behind it either`,
    singlePoints: [
      {
        id: "load-balancer-machine",
        what: "the load balancer",
        because: "visitors have no other way in, and neither have you to the machines behind it",
      },
    ],
  };
}
