import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Blueprint } from "../../blueprint/blueprint";
import { type Database, loginsOf } from "../../blueprint/database";
import { combine } from "../combine";
import type { RoleConfiguration } from "../types";
import { postgresExporter } from "../monitor/postgresExporter";
import { backup } from "./backup/backup";
import { databasePackages, extensionPackages, postgresqlVersion } from "./packages";
import { databasePaths as paths, databaseUnits as units, unitPath } from "./paths";
import { pgHba, pgIdent } from "./pgHba.conf";
import { postgresqlConf, reloadableConf } from "./postgresql.conf";
import { postgresqlDropIn, postgresqlSandbox } from "./postgresql.service";
import { space } from "./space";
import { volume } from "./volume";
import { libraries } from "../programFolder";
import { asAnotherUser, confined } from "../sandbox";
import { heading, lines } from "../text";
import { unitFile } from "../unitFile";

/**
 * What goes where the volume goes: the mounted volume, PostgreSQL on it, and the instances' login. It is a configuration
 * of its own beside the machine's, so that moving it from one machine to another touches nothing else on either.
 *
 * Files that tell of other resources come with the caller: components/databaseHost.ts.
 */
export function database(blueprint: Blueprint): Required<RoleConfiguration> {
  const { database: settings } = blueprint;
  if (!settings) throw new Error("this stack has no database");
  return combine([
    databasePackages(),
    extensionPackages(settings.extensions),
    volume(),
    cluster(blueprint, settings),
    login(settings, blueprint.monitor !== undefined),
    space(settings),
    backups(blueprint, settings),
    blueprint.monitor ? postgresExporter(settings) : {},
  ]);
}

function backups({ settings }: Blueprint, database: Database): RoleConfiguration {
  if (!settings.backup) return {};
  return backup(settings.backup, {
    database,
    version: postgresqlVersion,
    cluster: paths.clusterName,
    dataDirectory: paths.data,
    mount: paths.mount,
    roleUnits: [units.login],
  });
}

function cluster(blueprint: Blueprint, database: Database): RoleConfiguration {
  return {
    files: {
      [paths.clusterProgram]: { content: program("cluster.sh"), mode: "0755", validate: "sh -n %s" },
      [unitPath(units.cluster)]: { content: clusterUnit() },
      [paths.postgresql]: { content: postgresqlConf(database), validate: judge },
      [paths.reloadable]: { content: reloadableConf(database) },
      [paths.hba]: { content: pgHba(blueprint), owner: "root", group: "postgres", mode: "0640" },
      [paths.ident]: {
        content: pgIdent(database, blueprint.monitor !== undefined),
        owner: "root",
        group: "postgres",
        mode: "0640",
      },
      [paths.services]: { content: pgService(database) },
      [paths.start]: { content: "auto\n" },
      [paths.dropIn]: { content: postgresqlDropIn() },
      [paths.sandbox]: { content: postgresqlSandbox() },
    },
    units: [
      { name: units.cluster, state: "oneshot", restartOn: [unitPath(units.cluster), unitPath(units.mount)] },
      {
        name: units.postgresql,
        restartOn: [paths.postgresql, paths.dropIn],
        reloadOn: [paths.reloadable, paths.hba, paths.ident, paths.certificate, paths.key],
        healthy: `runuser -u postgres -- pg_isready -q -h ${paths.socket}`,
        timeout: 300,
      },
      { name: units.all },
    ],
    checks: [
      { name: "PostgreSQL accepts its settings", command: `test "$(${query("pg_file_settings", inFile)})" = 0` },
      { name: "PostgreSQL accepts who may log in", command: `test "$(${query("pg_hba_file_rules")})" = 0` },
    ],
  };
}

/** How people find the app's database (libpq: The Connection Service File). */
function pgService({ name, user, port }: Database): string {
  return lines(
    heading(),
    `[${paths.service}]`,
    `host=${paths.socket}`,
    `port=${port}`,
    `dbname=${name}`,
    `user=${user}`,
  );
}

/** PostgreSQL reads all settings and names one of them; with a mistake in any it refuses. */
const judge = `runuser -u postgres -- ${paths.programs}/postgres -C shared_buffers --config-file=%s`;

/** How many lines of a file PostgreSQL did not understand. */
function query(view: string, more = ""): string {
  return `runuser -u postgres -- psql -XqAtc "SELECT count(*) FROM ${view} WHERE error IS NOT NULL${more}"`;
}

/** Not what is in no file any more: a restore's own settings, of which some last until PostgreSQL is restarted. */
const inFile = " AND sourcefile IS NOT NULL";

function clusterUnit(): string {
  return unitFile({
    Unit: ["Description=Makes PostgreSQL's data directory, once", `Requires=${units.mount}`, `After=${units.mount}`],
    Service: [
      "Type=oneshot",
      `ExecStart=${paths.clusterProgram} ${paths.mount} ${paths.data} ${paths.programs}`,
      "WorkingDirectory=/",
      ...confined({ capabilities: asAnotherUser, writes: [paths.mount] }),
    ],
  });
}

function login(database: Database, isWatched: boolean): RoleConfiguration {
  const configuration = {
    users: loginsOf(database),
    database: database.name,
    extensions: database.extensions,
    ...(isWatched && { monitor: true }),
  };
  return {
    packages: ["python3-psycopg"],
    files: {
      [paths.commonProgram]: { content: readFileSync(libraries.common, "utf8") },
      [paths.postgresProgram]: { content: program("postgres.py") },
      [paths.loginProgram]: { content: program("login.py") },
      [paths.login]: { content: `${JSON.stringify(configuration)}\n` },
      [unitPath(units.login)]: {
        content: unitFile({
          Unit: [
            "Description=Brings the instances' role and database to their state",
            `Requires=${units.postgresql}`,
            `After=${units.postgresql}`,
          ],
          Service: [
            "Type=oneshot",
            "User=postgres",
            `LoadCredential=password:${paths.password}`,
            `ExecStart=/usr/bin/python3 ${paths.loginProgram} ${paths.login} %d/password`,
            ...confined({}),
            "PrivateNetwork=yes",
          ],
        }),
      },
    },
    units: [
      {
        name: units.login,
        state: "oneshot",
        restartOn: [
          unitPath(units.login),
          paths.commonProgram,
          paths.postgresProgram,
          paths.loginProgram,
          paths.login,
          paths.password,
        ],
      },
    ],
  };
}

function program(name: string): string {
  return readFileSync(join(__dirname, "program", name), "utf8");
}
