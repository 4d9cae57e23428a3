import type { Problem } from "../problems";
import { isNetworkAddress, parseRange } from "../ranges";
import type { Draft, Rule } from "./rule";

function writtenRanges({ admin, https, loadBalancer }: Draft): { setting: string; range: string }[] {
  const limited = (admin?.sshKeys ?? []).map((key, index) => [
    `holdfast:admin.sshKeys[${index}].from`,
    typeof key === "string" ? [] : (key.from ?? []),
  ]);
  const lists: Readonly<Record<string, readonly string[]>> = {
    "holdfast:admin.allowFrom": admin?.allowFrom ?? [],
    ...Object.fromEntries(limited),
    "holdfast:loadBalancer.limits.exempt": loadBalancer?.limits.exempt ?? [],
    "holdfast:https.behind.from": https?.behind?.from ?? [],
  };
  return Object.entries(lists).flatMap(([setting, list]) =>
    list.map((range, index) => ({ setting: `${setting}[${index}]`, range })),
  );
}

/** Bits after the prefix of a range hint at a slip. */
export const rangesAreRanges: Rule = (draft) =>
  writtenRanges(draft).flatMap(({ setting, range }): Problem[] => {
    const parsed = parseRange(range);
    if (!parsed || isNetworkAddress(parsed)) return [];
    return [
      {
        setting,
        value: range,
        wrong: `is an address, but its /${parsed.prefix} stands for a whole range`,
        why: "the firewall recognises sources by ranges of addresses",
        fix: `write ${parsed.address}/${parsed.family === 4 ? 32 : 128} for this one address, or the range's first address`,
      },
    ];
  });

/** SSH from everywhere works, and fills logs with guesses. */
export const openToTheWorld: Rule = ({ admin }) =>
  (admin?.allowFrom ?? [])
    .filter((range) => range.endsWith("/0"))
    .map((range) => ({
      setting: "holdfast:admin.allowFrom",
      value: range,
      wrong: "opens SSH to the whole Internet",
      why: "SSH accepts only keys, but everybody could then use a flaw in SSH",
      fix: "write the ranges that you work from",
    }));
