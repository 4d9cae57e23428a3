import { certificateNotices } from "./certificates";
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

/** Part of the places at all instances from which more of them will soon wait, and then be refused. */
const almostFull = 0.8;

/** What takes places in HAProxy's backends, and the limit that says how many there are. */
const kinds: Readonly<Record<string, readonly [what: string, limit: string]>> = {
  safe: ["GET, HEAD and OPTIONS requests", "requestsPerInstance"],
  unsafe: ["other requests", "requestsPerInstance"],
  streams: ["websockets and event streams", "streamsPerInstance"],
};

const fewPlaces = forEachAnswer(({ name, probe }) =>
  Object.entries(kinds).flatMap(([backend, [what, limit]]) => {
    const serving = (probe.haproxy ?? []).filter(({ status }) => status.startsWith("UP"));
    const places = serving.flatMap((server) => [server.places?.[backend] ?? ([0, 0] as const)]);
    const [taken, all] = [0, 1].map((at) => places.reduce((sum, place) => sum + (place[at] ?? 0), 0)) as [
      number,
      number,
    ];
    return all === 0 || taken < almostFull * all
      ? []
      : [
          `${name}: ${taken} of ${all} places for ${what} are taken (limits.${limit}); more wait, and get 503 in the end`,
        ];
  }),
);

const noticeRules: readonly Rule[] = [
  rollingOut,
  takenOut,
  outOfElection,
  fewPlaces,
  ...backupNotices,
  certificateNotices,
  rebootsNeeded,
  unasked,
];

/** What is worth knowing without need for action. */
export function noticesOf(facts: StatusFacts): Remark[] {
  return noticeRules.flatMap((rule) => rule(facts));
}
