import { backupNotices } from "./backups";
import { ago } from "./figures";
import { answeredMachines, holdsOf, leaseHolder, type Rule, type StatusFacts } from "./facts";

const takenOut: Rule = (facts) =>
  holdsOf(facts).map(({ name, seconds, hold: { owner, who, word } }) => {
    const by = owner === "person" ? who || "a person" : [`a ${owner}`, ...(who ? [`by ${who}`] : [])].join(" ");
    return `${name} is out of rotation (${word}) since ${ago(seconds)}: ${by}`;
  });

const rollingOut: Rule = (facts) => {
  const holder = leaseHolder(facts);
  return holder ? [`${holder.owner} has the lease since ${ago(holder.age)} (${holder.reason})`] : [];
};

const outOfElection: Rule = (facts) =>
  answeredMachines(facts).flatMap(({ name, probe }) =>
    probe.keeper && probe.keeper.outSince !== null
      ? [`${name} has been kept out of the election for ${ago(probe.now - probe.keeper.outSince)}`]
      : [],
  );

const rebootsNeeded: Rule = (facts) =>
  answeredMachines(facts).flatMap(({ name, probe }) =>
    probe.reboot
      ? [`${name} needs a reboot${probe.reboot.packages.length > 0 ? ` (${probe.reboot.packages.join(", ")})` : ""}`]
      : [],
  );

const unasked: Rule = ({ cloudUnknown }) => (cloudUnknown === null ? [] : [`the API did not answer: ${cloudUnknown}`]);

const noticeRules: readonly Rule[] = [rollingOut, takenOut, outOfElection, ...backupNotices, rebootsNeeded, unasked];

/** What is worth knowing, and no reason to get up. */
export function noticesOf(facts: StatusFacts): string[] {
  return noticeRules.flatMap((rule) => rule(facts));
}
