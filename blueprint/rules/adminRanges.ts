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

/** SSH comes in by the machines' public side, where nobody has a private address: who writes one would lock himself out. */
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
        why: "nobody connects from there over the Internet, and the stack's own network needs no entry",
        fix: "write the address under which the Internet sees you, e.g. what your router shows, with /32 behind it",
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
            why: "a firewall's rule names each range once",
            fix: "remove one of the two",
          },
        ],
  );
