import { placesOf, proofsOf } from "../../stack/database/backupPlaces";
import type { Colours } from "../../lib/terminal/colour";
import { table } from "../../lib/terminal/table";
import { moment } from "../../stack/status/backups";
import { certificatesOf, describeCertificate } from "../../stack/status/certificates";
import { ago, gigabytes, percent } from "../../stack/status/figures";
import {
  type FloatingIpStatus,
  inRotation,
  type MachineStatus,
  type StackStatus,
} from "../../stack/status/stackStatus";

/** Machines that fit on a screen. Above that number, only those that an alarm or a notice is about are shown. */
export const screen = 16;

/** The status for people, on one screen, with alarms at the top. */
export function statusText(status: StackStatus, colours: Colours): string {
  const { alarms, notices, stack, url, date } = status;
  return [
    `${colours.bold(`Stack ${stack}`)}  ${url ?? "no URL yet"}  ${date.slice(0, 16).replace("T", " ")} UTC`,
    ...(alarms.length === 0 ? [colours.green("No alarm")] : alarms.map((alarm) => colours.red(`! ${alarm}`))),
    ...notices.map((notice) => colours.yellow(`- ${notice}`)),
    "",
    ...status.floatingIps.map((ip) => `Floating IP  ${ip.address}: ${holder(ip)}`),
    ...certificatesOf(status).map(
      (one) => `Certificate  ${one.name}: ${describeCertificate(one, Date.parse(date) / 1000)}`,
    ),
    ...backup(status),
    ...watcher(status),
    "",
    machines(status),
  ].join("\n");
}

function holder({ cloud, masters }: FloatingIpStatus): string {
  const own = masters.length === 0 ? "no machine has it" : `${masters.join(" and ")} by the machines' own view`;
  if (cloud === undefined) return own;
  if (cloud === null) return `no machine by the API's view, ${own}`;
  return masters.length === 1 && masters[0] === cloud
    ? `on ${cloud} (the API and the machine agree)`
    : `${cloud} by the API's view, ${own}`;
}

/** Who watches, whether somebody watches the watcher, and what is open. */
function watcher({ monitor }: StackStatus): string[] {
  if (!monitor || monitor.unreachable !== null) return [];
  const { machine, heartbeat, open } = monitor;
  const beat =
    heartbeat === undefined
      ? "no heartbeat"
      : heartbeat === null
        ? "no heartbeat taken"
        : `heartbeat ${ago(heartbeat)} ago`;
  return [
    `Monitor      on ${machine}, ${beat}, ${open.length === 0 ? "nothing open" : `${open.length} open (npx holdfast alerts)`}`,
  ];
}

/** The newest backup of each place, its last proof, and since when a restore is possible. */
function backup({ machines: all }: StackStatus): string[] {
  return all.flatMap(({ probe }) => {
    const { backups, proof, now } = probe ?? {};
    if (!backups || now === undefined) return [];
    const proofs = !proof || proof === "never" ? [] : proofsOf(proof);
    const since = backups.restorable?.at(-1);
    return [
      ...placesOf(backups).map(({ repository, where }) => {
        const newest = backups.backups.filter((one) => one.ours && one.repository === repository).at(-1);
        const age = newest ? `${ago(now - Date.parse(newest.finished) / 1000)} old (${newest.label})` : "none";
        const last = proofs.find((one) => (one.repository ?? 1) === repository);
        const proven = last
          ? `${last.ok ? "proven" : "proof failed"} ${ago(now - Date.parse(last.finished) / 1000)} ago in ${Math.round(last.seconds)} s`
          : "never proven";
        return `Backup       newest${where} ${age}, ${proven}`;
      }),
      ...(since
        ? [
            `Restore      to any moment since ${moment(since.from)}${since.to === null ? "" : ` until ${moment(since.to)}`}`,
          ]
        : []),
    ];
  });
}

function machines(status: StackStatus): string {
  const few = status.machines.length <= screen;
  const remarkable = status.machines.filter(({ name }) => status.remarkable.includes(name));
  const shown = few ? status.machines : remarkable.slice(0, screen);
  const rest = status.machines.length - shown.length;
  return [
    table(
      ["MACHINE", "ROLES", "INSTANCES", "RELEASE", "DISK", "UNITS"],
      shown.map((machine) => row(status, machine)),
    ),
    ...(rest > 0 ? [`and ${rest} more machines; --json has all`] : []),
  ].join("\n");
}

function row({ instances }: StackStatus, { name, roles, probe }: MachineStatus): string[] {
  const own = instances.filter(({ machine }) => machine === name);
  const serving = own.filter(inRotation).length;
  const served = own.length === 0 ? "-" : `${serving} of ${own.length} in rotation`;
  const what = roles.join(", ");
  if (!probe) return [name, what, served, "?", "?", "?"];
  const role = probe.keeper ? `${what} (${probe.keeper.master ? "active" : "standby"})` : what;
  return [
    name,
    role,
    served,
    probe.release?.version ?? "-",
    (probe.disks ?? [])
      .map((disk) => `${disk.folder} ${percent(1 - disk.free / disk.size)} (${gigabytes(disk)})`)
      .join(", "),
    probe.failedUnits ? (probe.failedUnits.length === 0 ? "ok" : `${probe.failedUnits.length} failed`) : "?",
  ];
}
