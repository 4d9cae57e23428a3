import { allPrivateAddresses } from "../addresses";
import { contains, parseRange } from "../ranges";
import type { Rule } from "./rule";

/** Bits of a prefix from which on it may be somebody's own: 10.0.0.0/8 and fc00::/7 are the widest. */
const narrowest = { 4: 8, 6: 7 } as const;

/** Whoever is in front says who visitors are. So that is neither everybody, nor a machine of the stack itself. */
export const inFrontIsSomebodyElse: Rule = ({ https }) =>
  (https?.behind?.from ?? []).flatMap((range, index) => {
    const parsed = parseRange(range);
    if (!parsed) return [];
    const about = { setting: `holdfast:https.behind.from[${index}]`, value: range };
    if (parsed.prefix < narrowest[parsed.family]) {
      return [
        {
          ...about,
          wrong: "is half of the Internet",
          why: "everybody in it could pretend to be any visitor, and get around all limits",
          fix: "write the ranges that the operator of your CDN or proxy publishes",
        },
      ];
    }
    const own = ["127.0.0.1", "::1", ...allPrivateAddresses()].find((address) => contains([range], address));
    if (own === undefined) return [];
    return [
      {
        ...about,
        wrong: `has ${own} in it, which is the stack's own`,
        why: "load balancers ask themselves and each other whether they serve, and no visitor stands behind that",
        fix: "write the addresses of your CDN or proxy alone",
      },
    ];
  });
