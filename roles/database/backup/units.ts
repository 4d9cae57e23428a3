import { backupPaths } from "./paths";
import { unitFile } from "../../unitFile";

const folder = "/etc/systemd/system";

interface Clock {
  /** systemd.time(7), in UTC. */
  readonly calendar: string;
  /** Not all stacks of a company at once. */
  readonly spread: string;
  readonly unit: string;
  readonly description: string;
}

const clocks: Readonly<Record<string, Clock>> = {
  "holdfast-backup-full.timer": {
    description: "Full backup, weekly",
    calendar: "Sun 01:00 UTC",
    spread: "30min",
    unit: "holdfast-backup@full.service",
  },
  "holdfast-backup-diff.timer": {
    description: "Differential backup, daily",
    calendar: "Mon..Sat 01:00 UTC",
    spread: "30min",
    unit: "holdfast-backup@diff.service",
  },
  "holdfast-backup-check.timer": {
    description: "Proves that WAL reaches the backup storage, hourly",
    calendar: "hourly",
    spread: "10min",
    unit: "holdfast-backup-check.service",
  },
  "holdfast-proof.timer": {
    description: "Proves the newest backup by restoring it, weekly",
    calendar: "Sun 04:00 UTC",
    spread: "30min",
    unit: "holdfast-proof.service",
  },
};

export const timers = Object.keys(clocks);

/**
 * Path → unit file, of everything that runs by the clock or when somebody asks.
 *
 * @param mount where the volume is
 */
export function unitFiles(postgresqlUnit: string, mount: string): Readonly<Record<string, string>> {
  const services = {
    "holdfast-backup@.service": service("%i backup of the database", ["scheduled %i"], gentle),
    "holdfast-backup-check.service": service("Looks whether WAL reaches the backup storage", ["check"], gentle),
    "holdfast-proof.service": service("Proves the newest backup by restoring it", ["scheduled-proof"], gentle),
    // What a job that was killed has left half-way is put right after it.
    "holdfast-job@.service": service(
      "%i, as somebody asked for it",
      ["run %i"],
      // Longer than PostgreSQL may take to stop.
      ["Type=exec", `ExecStopPost=${backupPaths.command} ended %i`, "TimeoutStopSec=600"],
    ),
    // Storage that is away must hold up neither an apply nor a boot: it is tried again until it works.
    "holdfast-backup-ready.service": service(
      "Makes the backup repository this database's own",
      ["ready"],
      ["Type=exec", "Restart=on-failure", "RestartSec=60"],
      [`After=${postgresqlUnit} network-online.target`, "Wants=network-online.target", "StartLimitIntervalSec=0"],
      true,
    ),
    "holdfast-restore-undo.service": service(
      "Puts back the database of before a restore that was cut short",
      ["undo"],
      ["Type=oneshot"],
      [`RequiresMountsFor=${mount}`, `Before=${postgresqlUnit}`, "ConditionPathExists=/var/lib/holdfast/restore.json"],
      true,
    ),
  };
  const timed = Object.fromEntries(Object.entries(clocks).map(([name, clock]) => [name, timer(clock)]));
  return Object.fromEntries(
    Object.entries({ ...services, ...timed }).map(([name, text]) => [`${folder}/${name}`, text]),
  );
}

/** Visitors come first. */
const gentle = ["Type=oneshot", "TimeoutStartSec=infinity", "Nice=10", "IOSchedulingPriority=7"];

function service(
  description: string,
  [command]: readonly [string],
  how: readonly string[],
  order: readonly string[] = [],
  installed = false,
): string {
  return unitFile({
    Unit: [`Description=${description}`, ...order],
    Service: [
      ...how,
      `ExecStart=${backupPaths.command} ${command}`,
      "SyslogIdentifier=holdfast-backup",
      "PrivateDevices=yes",
      "ProtectHome=yes",
    ],
    ...(installed && { Install: ["WantedBy=multi-user.target"] }),
  });
}

function timer({ description, calendar, spread, unit }: Clock): string {
  return unitFile({
    Unit: [`Description=${description}`],
    Timer: [
      `OnCalendar=${calendar}`,
      `RandomizedDelaySec=${spread}`,
      "# One that was missed while the machine was off is made up for.",
      "Persistent=yes",
      `Unit=${unit}`,
    ],
    Install: ["WantedBy=timers.target"],
  });
}
