import { thresholds } from "../../alerts/thresholds";
import { backupAlarms } from "./backups";
import { certificateAlarms } from "./certificates";
import { ago, percent } from "./figures";
import {
  answeredMachines,
  forEachAnswer,
  holdsOf,
  leaseHolder,
  type Remark,
  type Rule,
  type StatusFacts,
  type WantedRelease,
} from "./facts";
import { inRotation, viewsOf } from "./stackStatus";

const silent: Rule = ({ machines }) =>
  machines.flatMap(({ name, unreachable, cloud }) =>
    unreachable === null
      ? []
      : [{ text: `${name}: ${unreachable}${cloud === null ? "" : ` (the API says ${cloud})`}`, machines: [name] }],
  );

const halfSilent = forEachAnswer(({ name, probe }) =>
  Object.entries(probe.unanswered).map(([question, reason]) => `${name}: ${words[question] ?? question}: ${reason}`),
);

/** Words for questions of the probe without an answer. */
const words: Readonly<Record<string, string>> = {
  disks: "disks",
  failedUnits: "units",
  haproxy: "HAProxy",
  keeper: "floating IP keeper",
  certificates: "certificate keeper",
  instances: "instances",
  database: "PostgreSQL",
  pool: "the connection pool",
  backups: "backups",
  proof: "proof of backups",
  archiving: "WAL that waits",
};

const disks = forEachAnswer(({ name, probe }) =>
  (probe.disks ?? [])
    .filter(({ size, free }) => size > 0 && 1 - free / size > thresholds.fullDisk)
    .map(({ folder, size, free }) => `${name}: ${folder} is ${percent(1 - free / size)} full`),
);

const units = forEachAnswer(({ name, probe }) => {
  const failed = probe.failedUnits ?? [];
  return failed.length === 0 ? [] : [`${name}: failed: ${failed.join(", ")}`];
});

const databaseAnswers = forEachAnswer(({ name, probe }) =>
  probe.database?.accepts === false ? [`${name}: PostgreSQL takes no connections`] : [],
);

const poolAnswers = forEachAnswer(({ name, probe }) =>
  probe.pool?.accepts === false ? [`${name}: the pool in front of PostgreSQL takes no connections`] : [],
);

const reboots = forEachAnswer(({ name, probe }) =>
  probe.reboot && probe.now - probe.reboot.since > thresholds.reboot
    ? [`${name}: has needed a reboot for ${ago(probe.now - probe.reboot.since)}`]
    : [],
);

/** Instances without visitors that no person or roll-out took out of rotation. */
const absent: Rule = ({ instances }) =>
  instances
    .filter((instance) => instance.holds.length === 0 && !inRotation(instance))
    .map((instance) => ({
      text: `${instance.name} gets no visitors: ${viewsOf(instance) || "no load balancer answered"}`,
      machines: [instance.machine, ...Object.keys(instance.seen)],
    }));

/** Instances that were taken out of rotation and not put back. */
const forgottenInstances: Rule = (facts) =>
  holdsOf(facts)
    .filter(({ seconds }) => seconds > thresholds.forgotten)
    .map(({ name, machine, seconds }) => ({
      text: `${name} has been out of rotation for ${ago(seconds)}: put it back, or keep it out with a reason`,
      machines: [machine],
    }));

const floatingIps: Rule = ({ floatingIps: ips, machines }) => {
  const pair = machines.filter(({ roles }) => roles.includes("loadBalancer")).length > 1;
  return ips.flatMap(({ address, cloud, masters }) => {
    const machines = [...masters, ...(cloud ? [cloud] : [])];
    const alarm = (text: string): Remark[] => [{ text, machines }];
    if (pair && masters.length === 0) return alarm(`${address}: no load balancer is master`);
    if (masters.length > 1) return alarm(`${address}: ${masters.join(" and ")} are both master`);
    if (cloud === null) return alarm(`${address} is assigned to no machine: visitors get no connection`);
    const [master] = masters;
    return cloud !== undefined && master !== undefined && cloud !== master
      ? alarm(`${address} is on ${cloud} by the API, but ${master} is master`)
      : [];
  });
};

/** A load balancer that cannot take over, although no person took it out. */
const unfit = forEachAnswer(({ name, probe }) =>
  probe.keeper && !probe.keeper.fit && probe.keeper.outSince === null
    ? [
        `${name} may not have the floating IP: ${probe.keeper.unfit ?? "`journalctl -u holdfast-floating-ip-keeper` on it says why"}`,
      ]
    : [],
);

/** Machines with different releases. During a roll-out that is normal; otherwise a person has to finish it. */
const releases: Rule = (facts) => {
  if (leaseHolder(facts)) return [];
  const running = answeredMachines(facts).flatMap(({ name, probe }) =>
    probe.release ? [{ name, ...probe.release }] : [],
  );
  const kinds = new Set(running.map(({ version, checksum }) => `${version} ${checksum}`));
  return kinds.size < 2
    ? []
    : [
        {
          text: `machines have different releases: ${running.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
          machines: running.map(({ name }) => name),
        },
      ];
};

/** A failed roll-out is nobody's business any more when the settings name another release again. */
const rollouts = (wanted: WantedRelease | undefined) =>
  forEachAnswer(({ name, probe: { lastRollout: last } }) => {
    if (!last || last.result === "applied") return [];
    const content = last.sha256 && wanted?.sha256;
    const asked = content ? content === last.sha256 : wanted?.label === last.to;
    if (wanted && !asked) return [];
    const ended = last.result === "failed" ? "failed" : `was ${last.result}`;
    return [`${name}: the last roll-out (${last.to}, ${last.date}) ${ended}${last.error ? `: ${last.error}` : ""}`];
  });

/** A silent monitor tells nobody anything. */
const watcher: Rule = ({ monitor }) => {
  if (!monitor) return [];
  const { machine, unreachable, heartbeat } = monitor;
  const machines = [machine];
  if (unreachable !== null) return [{ text: `the monitor on ${machine} does not answer: ${unreachable}`, machines }];
  return heartbeat === null
    ? [{ text: `${machine}: nobody takes the monitor's heartbeat: \`npx holdfast alerts test\``, machines }]
    : [];
};

const alarmRules = (wanted: WantedRelease | undefined): readonly Rule[] => [
  silent,
  floatingIps,
  unfit,
  absent,
  forgottenInstances,
  releases,
  rollouts(wanted),
  databaseAnswers,
  poolAnswers,
  ...certificateAlarms,
  ...backupAlarms,
  units,
  disks,
  reboots,
  halfSilent,
  watcher,
];

/** The problems that need a person now. */
export function alarmsOf(facts: StatusFacts, wanted?: WantedRelease): Remark[] {
  return alarmRules(wanted).flatMap((rule) => rule(facts));
}
