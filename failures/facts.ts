import { machinesWith, type Blueprint, type MachinePlan } from "../blueprint/blueprint";
import { agentPaths } from "../roles/app/agent";
import { appPaths } from "../roles/app/app";
import { configurationOf } from "../roles/configuration";
import { keeperPaths } from "../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { vrrpPaths } from "../roles/loadBalancer/keepalived.conf";
import { haproxyPaths } from "../roles/loadBalancer/loadBalancer";
import type { RoleConfiguration, RoleRenderer } from "../roles/types";
import { database as renderDatabase } from "../roles/database/database";
import { archiving, sending } from "../roles/database/backup/postgresql.conf";
import { archiveQueue } from "../roles/database/backup/queue";
import { databasePaths } from "../roles/database/paths";
import { pgbouncerDropIn } from "../roles/database/pool/pgbouncer.service";
import type { Backup } from "../blueprint/resolve/backup";
import { readHaproxy, type HaproxyFacts } from "./rendered/haproxy";
import { readKeepalived, type VrrpFacts } from "./rendered/keepalived";
import { readConstant } from "./rendered/python";
import { readArchiveTimeout } from "./rendered/postgresql";
import { readRestart, unitValue, type RestartFacts } from "./rendered/systemd";

/** What the report computes with: the blueprint, and what the files that its machines get say about time. */
export interface Facts {
  readonly blueprint: Blueprint;
  readonly loadBalancers: readonly MachinePlan[];
  readonly appMachines: readonly MachinePlan[];
  readonly haproxy: HaproxyFacts & { readonly restart: RestartFacts };
  readonly app: {
    readonly restart: RestartFacts;
    /** Seconds that a start may take until it answers; then the change is taken back. */
    readonly startTimeout: number;
    /** Seconds that it has to go on answering before the next instance is touched. */
    readonly settleTime: number;
    /** Where the app's files are, on each app machine. */
    readonly stateFolder: string;
    /** Present when something on the machine restarts instances that hang. */
    readonly watchdog?: WatchdogFacts;
  };
  /** Present when the load balancers watch each other and move an address. */
  readonly pair?: PairFacts;
  /** Absent: the stack has no database. */
  readonly database?: DatabaseFacts;
}

/** The database and what is known about its failures. */
export interface DatabaseFacts {
  readonly machine: MachinePlan;
  /** Whether that machine does nothing else. */
  readonly apart: boolean;
  readonly restart: RestartFacts;
  /** Of the pool in front of it; absent: instances go straight to PostgreSQL. */
  readonly pool?: RestartFacts;
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

/** How an instance that hangs is found and killed. Times in seconds. */
export interface WatchdogFacts {
  /** Between two questions. */
  readonly interval: number;
  /** How long it waits for each answer. */
  readonly answer: number;
  /** Questions in a row without an answer that are a hang. */
  readonly silences: number;
  /** After so many kills within so long it leaves the instance alone. */
  readonly limit: { readonly kills: number; readonly within: number };
}

/** How one load balancer takes over from another. Times in seconds. */
export interface PairFacts {
  /** Of the member that waits longest. */
  readonly vrrp: VrrpFacts;
  /** How long HAProxy may be gone before the machine leaves the election. */
  readonly haproxyGrace: number;
}

/**
 * Reads everything out of the files that the machines of a blueprint get.
 *
 * @param render what one machine gets; @default what its roles render
 */
export function factsOf(blueprint: Blueprint, render: RoleRenderer = configurationOf): Facts {
  const loadBalancers = machinesWith(blueprint, "loadBalancer");
  const appMachines = machinesWith(blueprint, "app");
  const filesOf = filesWith(blueprint, render);
  const [balancer, app] = [filesOf(loadBalancers[0]), filesOf(appMachines[0])];
  const unit = contentOf(app, appPaths.unit);
  const instance = app.units.find(({ name }) => name.startsWith("app@"));
  return {
    blueprint,
    loadBalancers,
    appMachines,
    haproxy: {
      ...readHaproxy(contentOf(balancer, haproxyPaths.cfg)),
      restart: readRestart(contentOf(balancer, haproxyPaths.dropIn)),
    },
    app: {
      restart: readRestart(unit),
      startTimeout: instance?.timeout ?? 0,
      settleTime: instance?.healthyFor ?? 0,
      stateFolder: `/var/lib/${unitValue(unit, "StateDirectory") ?? ""}`,
      watchdog: watchdogOf(app),
    },
    pair: pairOf(loadBalancers.map(filesOf)),
    database: databaseOf(blueprint),
  };
}

function databaseOf(blueprint: Blueprint): DatabaseFacts | undefined {
  const { database, machines, settings } = blueprint;
  const machine = machines.find(({ name }) => name === database?.machine);
  if (!database || !machine) return undefined;
  const dropIn = renderDatabase(blueprint).files[databasePaths.dropIn]?.content ?? "";
  return {
    machine,
    apart: machine.roles.every((role) => role === "database"),
    restart: readRestart(dropIn),
    ...(database.pool && { pool: readRestart(pgbouncerDropIn()) }),
    ...(settings.backup && {
      backup: {
        ...settings.backup,
        mostLost: readArchiveTimeout(archiving()) + sending,
        queue: archiveQueue(database.volume.size),
      },
    }),
  };
}

function watchdogOf({ files }: Rendered): WatchdogFacts | undefined {
  const program = files[`${agentPaths.folder}/watchdog.py`]?.content;
  if (program === undefined) return undefined;
  const constant = (name: string) => readConstant(program, name);
  return {
    interval: constant("INTERVAL_SECONDS"),
    answer: constant("ANSWER_SECONDS"),
    silences: constant("SILENCES"),
    limit: { kills: constant("MOST_KILLS"), within: constant("KILL_WINDOW_SECONDS") },
  };
}

/** Two machines are a pair only when keepalived and the keeper are on each of them. */
function pairOf(members: readonly Rendered[]): PairFacts | undefined {
  const fitness = `${keeperPaths.folder}/fitness.py`;
  const [first] = members;
  if (!first || members.length < 2) return undefined;
  if (!members.every(({ files }) => vrrpPaths.configuration in files && fitness in files)) return undefined;
  const vrrp = members.map((member) => readKeepalived(contentOf(member, vrrpPaths.configuration)));
  return {
    vrrp: vrrp.reduce((longest, other) => (other.skew > longest.skew ? other : longest)),
    haproxyGrace: readConstant(contentOf(first, fitness), "HAPROXY_GRACE_SECONDS"),
  };
}

type Rendered = Pick<Required<RoleConfiguration>, "files" | "units">;

function filesWith(blueprint: Blueprint, render: RoleRenderer): (machine: MachinePlan | undefined) => Rendered {
  return (machine) => {
    if (!machine) throw new RangeError(`stack ${blueprint.stack} lacks a load balancer or an app machine`);
    // The release's checksum names what is installed; no time depends on it.
    const { files = {}, units = [] } = render({ blueprint, machine, releaseSha256: "0".repeat(64) });
    return { files, units };
  };
}

function contentOf({ files }: Rendered, path: string): string {
  const file = files[path];
  if (!file) throw new Error(`no role writes ${path}, which the failure report computes with`);
  return file.content;
}
