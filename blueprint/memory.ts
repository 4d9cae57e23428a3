import { serverTypes } from "../catalog";
import type { AppSettings } from "./sections/app";
import type { DatabaseSettings } from "./sections/database";

/** MiB of each machine that instances do not get: kernel, systemd, SSH, page cache. */
export const systemMemory = 512;

/** MiB that the monitor needs where it has no machine of its own, beside what the system needs without one. */
export const guestMemory = systemMemory + 384;

/** MiB of an app machine that the database has there: a quarter, where it has no machine of its own; else none. */
export function databaseShare({ serverType }: AppSettings, database?: DatabaseSettings): number {
  return database?.machines === 0 ? (serverTypes[serverType].memory * 1024) / 4 : 0;
}

/** MiB that the database may use on its machine: its share, or all that the system leaves of a machine of its own. */
export function databaseMemory(database: DatabaseSettings, app: AppSettings): number {
  return database.machines === 0
    ? databaseShare(app, database)
    : serverTypes[database.serverType].memory * 1024 - systemMemory;
}

/** MiB that one instance may use: as set, else an equal share of what the system and the database leave. */
export function instanceMemory(app: AppSettings, database?: DatabaseSettings): number {
  const { memory, instances, serverType } = app;
  const free = serverTypes[serverType].memory * 1024 - systemMemory - databaseShare(app, database);
  return memory ?? Math.floor(free / instances);
}
