import type { Problem } from "../problems";
import { contains, parseRange } from "../ranges";
import type { Rule } from "./rule";

/** Addresses that never come from the Internet (RFC 1918, 1122, 3927, 6598, 4193, 4291). */
const privateRanges = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

/** SSH comes in by the machines' public side, where no private address arrives: a private range would lock its admin out. */
export const adminsComeFromTheInternet: Rule = ({ admin }) =>
  (admin?.allowFrom ?? []).flatMap((range, index): Problem[] => {
    const address = parseRange(range)?.address;
    const inside = address === undefined ? undefined : privateRanges.find((outer) => contains([outer], address));
    if (inside === undefined) return [];
    return [
      {
        setting: `holdfast:admin.allowFrom[${index}]`,
        value: range,
        wrong: `is in a private network (${inside})`,
        why: "such an address never arrives over the Internet, and the stack's own network needs no entry",
        fix: "write your public address, e.g. the one that your router shows, with /32 behind it",
      },
    ];
  });

/** Hetzner's firewall takes each range once in a rule. */
export const adminRangesDiffer: Rule = ({ admin }) =>
  (admin?.allowFrom ?? []).flatMap((range, index, all): Problem[] =>
    all.indexOf(range) === index
      ? []
      : [
          {
            setting: `holdfast:admin.allowFrom[${index}]`,
            value: range,
            wrong: "is listed twice",
            why: "a firewall rule may name each range only once",
            fix: "remove one of the two",
          },
        ],
  );
