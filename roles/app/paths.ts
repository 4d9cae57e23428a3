import { appFolders } from "../../blueprint/appFolders";

/** Where things of the app are on its machine. */
export const appPaths = {
  ...appFolders,
  environment: "/etc/holdfast/app/environment",
  instance: (number: number) => `/etc/holdfast/app/${number}.env`,
  /** How the database is reached, where the stack has one: written when the database's secrets are known. */
  databaseEnvironment: "/etc/holdfast/app/database.env",
  /** The authority that the database's certificate is from. */
  databaseAuthority: "/etc/holdfast/app/database-ca.pem",
  /** Which volume the database is on: another one is another database. */
  databaseVolume: "/etc/holdfast/app/database-volume",
  start: "/etc/holdfast/app/start",
  stop: "/etc/holdfast/app/stop",
  debug: "/etc/holdfast/app/debug",
  migrate: "/etc/holdfast/app/migrate",
  migrations: "/usr/local/sbin/holdfast-migrations",
  unit: "/etc/systemd/system/app@.service",
  migrateUnit: "/etc/systemd/system/app-migrate.service",
} as const;
