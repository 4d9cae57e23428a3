import type { Database } from "../../../blueprint/database";
import { heading, lines } from "../../text";
import type { RoleConfiguration } from "../../types";
import { poolUser } from "../pgHba.conf";
import { poolLogin, poolPaths as paths, poolUnit } from "./paths";
import { pgbouncerIni } from "./pgbouncer.ini";
import { pgbouncerDropIn } from "./pgbouncer.service";

/**
 * PgBouncer in front of PostgreSQL, on the same machine. It is a configuration of its own, so that it comes before the
 * instances that use it, and goes after the last of them.
 *
 * Files that tell of secrets come with the caller: components/connectionPool.ts.
 */
export function pool(database: Database): RoleConfiguration {
  if (!database.pool) throw new Error("this stack's instances go straight to PostgreSQL");
  const secrets = [paths.users, paths.certificate, paths.key];
  return {
    packages: ["pgbouncer"],
    files: {
      [paths.user]: { content: lines(heading(), `u ${poolUser} - "Connection pool"`) },
      [paths.configuration]: { content: pgbouncerIni(database, database.pool) },
      [paths.dropIn]: { content: pgbouncerDropIn() },
    },
    units: [
      {
        name: poolUnit,
        restartOn: [paths.dropIn],
        // All that ever changes in it without a change of machines is heard by a reload.
        reloadOn: [paths.configuration, ...secrets],
        healthy: `test "$(${throughPool(database, database.pool.port)})" = 1`,
      },
    ],
  };
}

/** As an instance comes: proves TLS, the password, and the way from the pool to PostgreSQL. */
function throughPool({ address, name }: Database, port: number): string {
  const where = `service=${poolLogin} host=${address} port=${port} dbname=${name} connect_timeout=5`;
  const proof = `sslmode=verify-full sslrootcert=${paths.authority}`;
  return `PGSERVICEFILE=${paths.login} psql -XqAtw -d '${where} ${proof}' -c 'SELECT 1'`;
}
