import { alwaysRestart, type Restart, startLimit } from "../../restart";
import { sandbox } from "../../sandbox";
import { listensEarly } from "../listening";
import { databaseUnits } from "../paths";
import { poolUser } from "../pgHba.conf";
import { poolPaths as paths } from "./paths";
import { unitFile } from "../../unitFile";

/** Of PgBouncer's own process. */
export const poolRestart: Restart = { delay: 0.2 };

/** Over Debian's own unit, in which PgBouncer would be the user who owns all of PostgreSQL's files. */
export function pgbouncerDropIn(): string {
  return unitFile({
    Unit: [
      // Not bound to PostgreSQL: while that restarts, those who wait are kept.
      `After=network-online.target ${databaseUnits.postgresql}`,
      "Wants=network-online.target",
      ...startLimit(poolRestart),
    ],
    Service: [
      "Type=notify",
      "PIDFile=",
      `User=${poolUser}`,
      `Group=${poolUser}`,
      ...listensEarly("the pool"),
      "ExecStart=",
      `ExecStart=/usr/sbin/pgbouncer ${paths.configuration}`,
      "ExecReload=",
      "ExecReload=/bin/kill -HUP $MAINPID",
      "# SIGINT lets transactions that are under way come to their end.",
      "KillSignal=SIGINT",
      "TimeoutStopSec=10",
      ...alwaysRestart(poolRestart),
      "OOMScoreAdjust=-900",
      "LimitNOFILE=65536",
      "SyslogIdentifier=pgbouncer",
      "CapabilityBoundingSet=",
      ...sandbox,
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    ],
  });
}
