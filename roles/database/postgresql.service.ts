import { alwaysRestart, type Restart, startLimit } from "../restart";
import { listensEarly } from "./listening";
import { databasePaths as paths, databaseUnits as units } from "./paths";
import { confined, network } from "../sandbox";
import { writtenByPgBackRest } from "./backup/paths";
import { unitFile } from "../unitFile";

/**
 * What PostgreSQL, its archiver and whoever gets into them may not do. In a file of its own, because it must not restart a
 * PostgreSQL that runs.
 */
export function postgresqlSandbox(): string {
  return unitFile({
    Service: [
      ...confined({
        families: network,
        writes: [paths.mount, paths.socket, "-/var/log/postgresql", ...writtenByPgBackRest],
      }),
      "ProtectProc=invisible",
    ],
  });
}

/** Of PostgreSQL's own process. */
export const postgresqlRestart: Restart = { delay: 0.2 };

/**
 * Over Debian's own unit: PostgreSQL itself says when it accepts connections, systemd starts it again whatever ended it,
 * and it never runs without its volume.
 */
export function postgresqlDropIn(): string {
  return unitFile({
    Unit: [
      `BindsTo=${units.mount}`,
      `After=${units.mount} network-online.target`,
      "Wants=network-online.target",
      ...startLimit(postgresqlRestart),
    ],
    Service: [
      "Type=notify",
      "PIDFile=",
      "User=postgres",
      "Group=postgres",
      ...listensEarly("PostgreSQL"),
      "ExecStart=",
      `ExecStart=${paths.programs}/postgres --config-file=${paths.postgresql}`,
      "ExecStop=",
      "ExecReload=",
      "ExecReload=/bin/kill -HUP $MAINPID",
      "# SIGINT ends sessions and writes a checkpoint; SIGTERM would wait for the last session to leave by itself.",
      "KillMode=mixed",
      "KillSignal=SIGINT",
      "TimeoutStopSec=300",
      "# Reading the log again after a crash takes as long as it takes.",
      "TimeoutStartSec=infinity",
      ...alwaysRestart(postgresqlRestart),
      "# Under memory pressure the process of one session goes, not the one that they all depend on.",
      "OOMScoreAdjust=-900",
      "Environment=PG_OOM_ADJUST_FILE=/proc/self/oom_score_adj PG_OOM_ADJUST_VALUE=0",
      "LimitNOFILE=65536",
      "LogRateLimitIntervalSec=30s",
      "LogRateLimitBurst=50000",
      "SyslogIdentifier=postgresql",
      "NoNewPrivileges=yes",
      "ProtectSystem=full",
      "ProtectHome=yes",
      "PrivateTmp=yes",
    ],
  });
}
