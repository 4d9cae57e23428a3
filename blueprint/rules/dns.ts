import { isInZone } from "../zones";
import type { Rule } from "./rule";

/** A zone has records of all hosts, and these lead to the stack. */
export const dnsHasItsHosts: Rule = ({ https }) => {
  if (!https?.dns) return [];
  const { hosts, dns, behind } = https;
  const { zone } = dns;
  const setting = "holdfast:https.dns";
  const strangers = hosts.filter((host) => !isInZone(host, zone));
  return [
    ...strangers.map((host) => ({
      setting: `${setting}.zone`,
      value: zone,
      wrong: `does not have ${host} in it, which holdfast:https.hosts names`,
      why: "records of a host are made in the zone that it is in",
      fix: `write the zone of all hosts, or remove ${setting} and set the records yourself`,
    })),
    ...(hosts.length === 0
      ? [
          {
            setting,
            wrong: "has no hosts",
            why: "records are made for holdfast:https.hosts",
            fix: `name hosts, e.g. [${zone}], or remove ${setting}`,
          },
        ]
      : []),
    ...(behind
      ? [
          {
            setting,
            wrong: "does not go with holdfast:https.behind",
            why: "records that lead to the stack would lead visitors past what stands in front of it",
            fix: `remove ${setting}; the names have to lead to what stands in front`,
          },
        ]
      : []),
  ];
};
