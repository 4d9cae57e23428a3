import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Blueprint, type MachinePlan, machinesWith } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import type { RoleConfiguration } from "../types";
import { confinement } from "./app.service";
import { commandFile } from "./command";
import { databaseFiles } from "./database";
import { appPaths } from "./paths";
import { unitFile } from "../unitFile";

/** Seconds that a migration may take: less than the 15 minutes that an apply waits for any unit. */
export const migrationTimeout = 840;

/** Where the release's migration is run, as a machine sees it; undefined: the release has none. */
export type MigrationPlace = "here" | "elsewhere" | undefined;

/** One machine migrates for all: the first one, which gets each release before the others. */
export function migrationPlace(blueprint: Blueprint, machine: MachinePlan): MigrationPlace {
  if (blueprint.settings.release.manifest.migrate === undefined) return undefined;
  return machine.name === machinesWith(blueprint, "app")[0]?.name ? "here" : "elsewhere";
}

/** What tells, on each app machine, whether the database has what the release needs. */
export function migrations(settings: Settings): RoleConfiguration {
  return {
    packages: ["python3", ...(settings.database ? ["python3-psycopg"] : [])],
    files: { [appPaths.migrations]: { content: readFileSync(join(__dirname, "migrations.py"), "utf8"), mode: "0755" } },
  };
}

/**
 * The release's migration, on one machine and before any instance of the release starts there. One that fails fails the
 * apply, and the untouched instances of the old release go on.
 *
 * It is run once for each release and database: the way back to an older release, after a failed roll-out or by a rollback,
 * starts that release's code and leaves the schema alone.
 */
export function migration(settings: Settings): RoleConfiguration {
  const { migrate, name } = settings.release.manifest;
  if (migrate === undefined) return {};
  return {
    files: {
      [appPaths.migrate]: commandFile("migrate", migrate, settings.database ? [straight] : []),
      [appPaths.migrateUnit]: { content: unit(name) },
    },
    units: [
      {
        name: "app-migrate.service",
        enabled: false,
        state: "oneshot",
        restartOn: [
          appPaths.release,
          appPaths.migrate,
          appPaths.migrations,
          ...databaseFiles(settings),
          // A new volume is an empty database.
          ...(settings.database ? [appPaths.databaseVolume] : []),
        ],
        timeout: migrationTimeout,
      },
    ],
  };
}

/** Migrations take locks that belong to a connection: not through a pool. */
const straight = 'export DATABASE_URL="$DATABASE_DIRECT_URL"';

function unit(name: string): string {
  return unitFile({
    Unit: [`Description=${name}, migration of its database`, "After=network-online.target nftables.service"],
    Service: [
      "Type=oneshot",
      `ExecCondition=+${appPaths.migrations} due`,
      `ExecStart=${appPaths.migrate}`,
      `ExecStartPost=+${appPaths.migrations} note`,
      "# As the first instance: a migration may ask for what instances are told.",
      ...confinement(1),
      `TimeoutStartSec=${migrationTimeout}`,
      "SyslogIdentifier=app-migrate",
    ],
  });
}
