import { machinesWith, type Blueprint, type MachinePlan } from "../blueprint/blueprint";
import type { Https } from "../blueprint/resolve/https";
import type { Backup } from "../blueprint/resolve/backup";
import { watchdogTimings } from "../roles/app/agent";
import { appRestart } from "../roles/app/app.service";
import { appPaths } from "../roles/app/paths";
import { archiveTimeout, sending } from "../roles/database/backup/postgresql.conf";
import { archiveQueue } from "../roles/database/backup/queue";
import { poolRestart } from "../roles/database/pool/pgbouncer.service";
import { postgresqlRestart } from "../roles/database/postgresql.service";
import { keeperTimings } from "../roles/loadBalancer/certificateKeeper/certificateKeeper";
import { vrrpTimings, type VrrpTimings } from "../roles/loadBalancer/keepalived.conf";
import { haproxyGrace, haproxyRestart, haproxyTimings, type HaproxyTimings } from "../roles/loadBalancer/timings";
import type { Restart } from "../roles/restart";

/** What the report computes with: the blueprint, and the times that the machines' files are written with. */
export interface Facts {
  readonly blueprint: Blueprint;
  readonly loadBalancers: readonly MachinePlan[];
  readonly appMachines: readonly MachinePlan[];
  readonly haproxy: HaproxyTimings & { readonly restart: Restart };
  readonly app: {
    readonly restart: Restart;
    /** Seconds that a start may take until it answers; then the change is taken back. */
    readonly startTimeout: number;
    /** Seconds that it has to go on answering before the next instance is touched. */
    readonly settleTime: number;
    /** Where the app's files are, on each app machine. */
    readonly stateFolder: string;
    readonly watchdog: typeof watchdogTimings;
  };
  /** Present when the load balancers watch each other and move an address. */
  readonly pair?: PairFacts;
  /** Absent: the stack has no database. */
  readonly database?: DatabaseFacts;
  /** Absent: the stack serves http alone. */
  readonly certificates?: CertificateFacts;
}

/** How certificates come about. Times in seconds. */
export interface CertificateFacts {
  readonly https: Https;
  /** Names that one is ordered for: hosts, and `the address`. */
  readonly ordered: readonly string[];
  /** Hosts whose certificate somebody brought. */
  readonly own: readonly string[];
  /** What is left at least of one when its successor is ordered; absent: the authority's lives are not known. */
  readonly left?: number;
  readonly keeper: typeof keeperTimings;
}

/** The database and what is known about its failures. */
export interface DatabaseFacts {
  readonly machine: MachinePlan;
  /** Whether that machine does nothing else. */
  readonly apart: boolean;
  readonly restart: Restart;
  /** Of the pool in front of it; absent: instances go straight to PostgreSQL. */
  readonly pool?: Restart;
  /** Absent: nobody copies it. */
  readonly backup?: BackupFacts;
}

/** How backups are made. */
export interface BackupFacts extends Backup {
  /** Seconds after which what was written is on the storage at the latest, while that answers. */
  readonly mostLost: number;
  /** MiB that wait on the volume while the storage is away. */
  readonly queue: number;
}

/** How one load balancer takes over from another. Times in seconds. */
export interface PairFacts {
  /** Of the member that waits longest. */
  readonly vrrp: VrrpTimings;
  /** How long HAProxy may be gone before the machine leaves the election. */
  readonly haproxyGrace: number;
}

/** Everything that the failures of a blueprint follow from. tests/failures/rendered.test.ts holds it to the machines' files. */
export function factsOf(blueprint: Blueprint): Facts {
  const { settings } = blueprint;
  const loadBalancers = machinesWith(blueprint, "loadBalancer");
  return {
    blueprint,
    loadBalancers,
    appMachines: machinesWith(blueprint, "app"),
    haproxy: { ...haproxyTimings(settings), restart: haproxyRestart },
    app: {
      restart: appRestart,
      startTimeout: settings.app.startTimeout,
      settleTime: settings.app.settleTime,
      stateFolder: appPaths.state,
      watchdog: watchdogTimings,
    },
    ...(loadBalancers.length > 1 && { pair: { vrrp: vrrpTimings({ number: loadBalancers.length }), haproxyGrace } }),
    database: databaseOf(blueprint),
    certificates: certificatesOf(blueprint),
  };
}

function certificatesOf({ settings: { https } }: Blueprint): CertificateFacts | undefined {
  if (!https) return undefined;
  const own = Object.keys(https.certificates);
  const { left, leftOfShort, shortLife } = keeperTimings;
  const hosts = https.hosts.filter((host) => !own.includes(host));
  const profiles = [...(hosts.length > 0 ? [https.profile ?? ""] : []), ...(https.address ? ["shortlived"] : [])];
  const lives = profiles.map((profile) => https.issuer.lives?.[profile]);
  const known = lives.flatMap((hours) => (hours === undefined ? [] : [hours * 3600]));
  const leftOf = (life: number) => life * (life < shortLife ? leftOfShort : left);
  return {
    https,
    ordered: [...hosts, ...(https.address ? ["the address"] : [])],
    own,
    ...(known.length === lives.length && known.length > 0 && { left: Math.min(...known.map(leftOf)) }),
    keeper: keeperTimings,
  };
}

function databaseOf({ database, machines, settings }: Blueprint): DatabaseFacts | undefined {
  const machine = machines.find(({ name }) => name === database?.machine);
  if (!database || !machine) return undefined;
  return {
    machine,
    apart: machine.roles.every((role) => role === "database"),
    restart: postgresqlRestart,
    ...(database.pool && { pool: poolRestart }),
    ...(settings.backup && {
      backup: {
        ...settings.backup,
        mostLost: archiveTimeout + sending,
        queue: archiveQueue(database.volume.size),
      },
    }),
  };
}
