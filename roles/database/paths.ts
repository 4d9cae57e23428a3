import { postgresqlVersion } from "./packages";

/** As Debian calls it: psql, pg_lsclusters and security updates then find it where they look. */
const cluster = { name: "main", id: `${postgresqlVersion}-main` } as const;

const configuration = `/etc/postgresql/${postgresqlVersion}/${cluster.name}`;
const settings = "/etc/holdfast/database";
const units = "/etc/systemd/system";

/** Where things of the database are on its machine. */
export const databasePaths = {
  /** Where the volume is mounted. */
  mount: "/srv/database",
  /** PostgreSQL's data directory, on the volume. */
  data: `/srv/database/${postgresqlVersion}/${cluster.name}`,
  /** Debian's name of the cluster. */
  clusterName: cluster.name,
  /** PostgreSQL's programs themselves: Debian's wrappers choose a cluster. */
  programs: `/usr/lib/postgresql/${postgresqlVersion}/bin`,
  socket: "/run/postgresql",
  configuration,
  postgresql: `${configuration}/postgresql.conf`,
  /** Files in it are read after postgresql.conf, in the order of their names. */
  parts: `${configuration}/conf.d`,
  reloadable: `${configuration}/conf.d/10-holdfast.conf`,
  hba: `${configuration}/pg_hba.conf`,
  ident: `${configuration}/pg_ident.conf`,
  /** libpq's connection services, of which one is the app's database as people see it. */
  services: "/etc/postgresql-common/pg_service.conf",
  service: "app",
  /** Whether Debian starts the cluster at boot. */
  start: `${configuration}/start.conf`,
  /** Device and size of the volume, for a shell. */
  volume: `${settings}/volume`,
  login: `${settings}/login.json`,
  password: `${settings}/password`,
  space: `${settings}/space.json`,
  certificate: `${settings}/server.crt`,
  key: `${settings}/server.key`,
  volumeProgram: "/usr/local/lib/holdfast/database/volume.sh",
  clusterProgram: "/usr/local/lib/holdfast/database/cluster.sh",
  /** What the two after them share, and ask PostgreSQL with. */
  commonProgram: "/usr/local/lib/holdfast/database/common.py",
  postgresProgram: "/usr/local/lib/holdfast/database/postgres.py",
  loginProgram: "/usr/local/lib/holdfast/database/login.py",
  spaceProgram: "/usr/local/lib/holdfast/database/space.py",
  dropIn: `${units}/postgresql@${cluster.id}.service.d/60-holdfast.conf`,
  /** What PostgreSQL may not do, in force from its next start on. */
  sandbox: `${units}/postgresql@${cluster.id}.service.d/61-holdfast-sandbox.conf`,
} as const;

/** Names of the database's units, in the order in which they depend on each other. */
export const databaseUnits = {
  volume: "holdfast-volume.service",
  mount: "srv-database.mount",
  grow: "holdfast-volume-grow.service",
  cluster: "holdfast-cluster.service",
  postgresql: `postgresql@${cluster.id}.service`,
  /** Debian's name for all clusters: what starts them at boot, and what its updates restart. */
  all: "postgresql.service",
  login: "holdfast-login.service",
  space: "holdfast-space.service",
} as const;

/** What tries again after the mount has failed: only systemd starts it, then. */
export const databaseAgain = "holdfast-database-again.service";

/** Path of one of our own unit files. */
export function unitPath(unit: string): string {
  return `${units}/${unit}`;
}
