import { dirname } from "node:path";
import { asAnotherUser, confined, network } from "../../sandbox";
import { backupPaths, writtenByPgBackRest } from "./paths";
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
 * Path → unit file, of everything that runs by the clock or when somebody asks. What only reads the database and makes
 * backups runs as the user postgres; what stops, starts or replaces PostgreSQL is root's.
 *
 * @param mount where the volume is
 */
export function unitFiles(postgresqlUnit: string, mount: string): Readonly<Record<string, string>> {
  const services = {
    "holdfast-backup@.service": service("%i backup of the database", "scheduled %i", [...gentle, ...asPostgres(mount)]),
    "holdfast-backup-check.service": service("Looks whether WAL reaches the backup storage", "check", [
      ...gentle,
      ...asPostgres(mount),
    ]),
    "holdfast-proof.service": service(
      "Proves the newest backup by restoring it",
      "scheduled-proof",
      [...gentle, ...asPostgres(mount)],
      ["# What came of it is written down, and is an alarm of its own.", "CollectMode=inactive-or-failed"],
    ),
    "holdfast-job@.service": service(
      "%i, as somebody asked for it",
      "run %i",
      [
        "Type=exec",
        ...asPostgres(mount),
        `LoadCredential=request:${backupPaths.run}/%i.request`,
        "# What a job that was killed has left half-way is put right after it, as root.",
        `ExecStopPost=+${backupPaths.command} ended %i`,
        "# Longer than PostgreSQL may take to stop.",
        "TimeoutStopSec=600",
      ],
      [
        "# Whoever asked is told how it ended. It is no unit that somebody has to look after.",
        "CollectMode=inactive-or-failed",
      ],
    ),
    // Storage that is away must hold up neither an apply nor a boot: it is tried again until it works.
    "holdfast-backup-ready.service": service(
      "Makes the backup repository this database's own",
      "ready",
      ["Type=exec", "Restart=on-failure", "RestartSec=60", ...asRoot(mount)],
      [`After=${postgresqlUnit} network-online.target`, "Wants=network-online.target", "StartLimitIntervalSec=0"],
      true,
    ),
    "holdfast-restore-undo.service": service(
      "Puts back the database of before a restore that was cut short",
      "undo",
      ["Type=oneshot", ...asRoot(mount)],
      [`RequiresMountsFor=${mount}`, `Before=${postgresqlUnit}`, "ConditionPathExists=/var/lib/holdfast/restore.json"],
      true,
    ),
  };
  const replacing = ["restore", "load", "import"].map((job) => [
    `holdfast-job@${job}.service.d/10-root.conf`,
    // Without a user: systemd takes CAP_SETUID from one that is called root.
    unitFile({ Service: ["User=", "Group=", ...asRoot(mount)] }),
  ]);
  const timed = Object.entries(clocks).map(([name, clock]) => [name, timer(clock)]);
  const all = [...Object.entries(services), ...replacing, ...timed];
  return Object.fromEntries(all.map(([name, text]) => [`${folder}/${name}`, text] as const));
}

/** Visitors come first. */
const gentle = ["Type=oneshot", "TimeoutStartSec=infinity", "Nice=10", "IOSchedulingPriority=7"];

/** A service of the user postgres's that has the lock of jobs. */
export function asPostgres(mount: string): string[] {
  return [
    "User=postgres",
    "Group=postgres",
    "# One job at a time; nobody else of this user can hold the lock.",
    `OpenFile=${backupPaths.run}/lock:lock`,
    ...confined({ families: network, writes: [mount, `-${dirname(backupPaths.backups)}`, ...writtenByPgBackRest] }),
  ];
}

/** With the rights that it takes to become the users postgres and holdfast-import, to give them files and to end them. */
function asRoot(mount: string): string[] {
  return confined({
    capabilities: [...asAnotherUser, "CAP_KILL"],
    families: network,
    writes: [mount, "/var/lib/holdfast", `-${backupPaths.run}`, ...writtenByPgBackRest],
  });
}

function service(
  description: string,
  command: string,
  how: readonly string[],
  order: readonly string[] = [],
  installed = false,
): string {
  return unitFile({
    Unit: [`Description=${description}`, ...order],
    Service: [...how, `ExecStart=${backupPaths.command} ${command}`, "SyslogIdentifier=holdfast-backup"],
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
