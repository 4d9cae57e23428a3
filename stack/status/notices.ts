import { backupNotices } from "./backups";
import { ago } from "./figures";
import { forEachAnswer, holdsOf, leaseHolder, type Remark, type Rule, type StatusFacts } from "./facts";

const takenOut: Rule = (facts) =>
  holdsOf(facts).map(({ name, machine, seconds, hold: { owner, who, word } }) => {
    const by = owner === "person" ? who || "a person" : [`a ${owner}`, ...(who ? [`by ${who}`] : [])].join(" ");
    return { text: `${name} has been out of rotation (${word}) for ${ago(seconds)}: ${by}`, machines: [machine] };
  });

const rollingOut: Rule = (facts) => {
  const holder = leaseHolder(facts);
  return holder
    ? [{ text: `${holder.owner} has had the lease for ${ago(holder.age)} (${holder.reason})`, machines: [] }]
    : [];
};

const outOfElection = forEachAnswer(({ name, probe }) =>
  probe.keeper && probe.keeper.outSince !== null
    ? [`${name} has been kept out of the election for ${ago(probe.now - probe.keeper.outSince)}`]
    : [],
);

const rebootsNeeded = forEachAnswer(({ name, probe }) =>
  probe.reboot
    ? [`${name} needs a reboot${probe.reboot.packages.length > 0 ? ` (${probe.reboot.packages.join(", ")})` : ""}`]
    : [],
);

const unasked: Rule = ({ cloudUnknown }) =>
  cloudUnknown === null ? [] : [{ text: `the API did not answer: ${cloudUnknown}`, machines: [] }];

const noticeRules: readonly Rule[] = [rollingOut, takenOut, outOfElection, ...backupNotices, rebootsNeeded, unasked];

/** What is worth knowing without need for action. */
export function noticesOf(facts: StatusFacts): Remark[] {
  return noticeRules.flatMap((rule) => rule(facts));
}
