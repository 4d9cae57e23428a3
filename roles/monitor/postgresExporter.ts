import type { Database } from "../../blueprint/database";
import { ports } from "../../blueprint/ports";
import { databasePaths } from "../database/paths";
import { monitoringRole } from "../database/pgHba.conf";
import type { RoleConfiguration } from "../types";
import { watcherDropIn } from "./exporter";
import { dropInPath, monitorUnits as units } from "./paths";

/** Figures of PostgreSQL, for the monitor alone. It logs in over the machine's socket, without a password. */
export function postgresExporter({ address }: Database): RoleConfiguration {
  const dropIn = dropInPath(units.database);
  const source = `user=${monitoringRole} host=${databasePaths.socket} dbname=postgres application_name=monitor`;
  return {
    packages: ["prometheus-postgres-exporter"],
    files: {
      [dropIn]: {
        content: watcherDropIn({
          program: "/usr/bin/prometheus-postgres-exporter",
          options: [
            `--web.listen-address=${address}:${ports.databaseFigures}`,
            "--no-collector.stat_user_tables",
            "--no-collector.statio_user_tables",
            "--collector.stat_checkpointer",
            "--collector.long_running_transactions",
            "--collector.database_wraparound",
          ],
          memory: 64,
          more: [`Environment="DATA_SOURCE_NAME=${source}"`],
        }),
      },
    },
    units: [
      {
        name: units.database,
        restartOn: [dropIn],
        healthy: `curl -fsS --max-time 5 http://${address}:${ports.databaseFigures}/metrics | grep -q '^pg_up 1'`,
      },
    ],
  };
}
