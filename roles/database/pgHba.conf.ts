import { type Blueprint, machinesWith } from "../../blueprint/blueprint";
import { type Database, loginsOf } from "../../blueprint/database";
import { adminUser } from "../adminUser";
import { monitorUser } from "../monitor/paths";
import { heading, lines } from "../text";

/** The pool's user, where there is one. */
export const poolUser = "pgbouncer";

/** PostgreSQL's name for the rule by which people and the pool log in as the instances' role. */
const appMap = "app";
/** The role that counts rows: postgres.py has the same name. */
const reader = "holdfast_reader";
const readerMap = "reader";
/** The role that reads PostgreSQL's figures: postgres.py has the same name. */
export const monitoringRole = "holdfast_monitor";
const monitoringMap = "monitoring";
/** The machine's user who loads what comes from foreign places: loading.py has the same name. */
export const importUser = "holdfast-import";
const importMap = "import";
/** The role that loads: postgres.py has the same name. */
const importer = "holdfast_import";

/**
 * Who may log in: users of the machine as themselves over its socket, its pool and people as the instances' role, and
 * instances by password over TLS. Nobody else.
 *
 * Who loads a foreign dump has a role for that alone, and gets only into the database that is being made from it:
 * importing.py calls it so.
 *
 * The pool's line is there without one too: while a pool is taken away, instances use it until their turn comes.
 */
export function pgHba(blueprint: Blueprint): string {
  const { database } = blueprint;
  if (!database) throw new Error("a stack without a database lets nobody into one");
  const instances = machinesWith(blueprint, "app").map(
    ({ privateAddress }) =>
      `hostssl ${database.name} ${loginsOf(database).join(",")} ${privateAddress}/32 scram-sha-256`,
  );
  return lines(
    heading(),
    "# type database user address method",
    `local ${database.name} ${database.user} peer map=${appMap}`,
    `local all ${reader} peer map=${readerMap}`,
    `local /^${database.name}-import- ${importer} peer map=${importMap}`,
    blueprint.monitor ? `local postgres ${monitoringRole} peer map=${monitoringMap}` : undefined,
    "local all all peer",
    instances,
  );
}

/** Which user of the machine is which role of PostgreSQL, where they are called differently. */
export function pgIdent({ user }: Database, isWatched: boolean): string {
  return lines(
    heading(),
    "# map user role",
    `${appMap} ${poolUser} ${user}`,
    `${appMap} ${adminUser} ${user}`,
    `${importMap} ${importUser} ${importer}`,
    `${readerMap} postgres ${reader}`,
    isWatched ? `${monitoringMap} ${monitorUser} ${monitoringRole}` : undefined,
  );
}
