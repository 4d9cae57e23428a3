import type { FailureId } from "./catalog";
import type { Facts } from "./facts";
import type { Promises } from "./types";

/** What one drill says about the report. */
export interface Drilled {
  /** What it puts into a running stack. */
  readonly failure: FailureId;
  /** Which stacks it says something about. @default all */
  readonly about?: (facts: Facts) => boolean;
  /**
   * What the report calls not known, and what the drill's own stack may take for it: for a part of a time that depends
   * on the app, its data or the cloud there is no figure for all stacks, but one for the guestbook on the local cloud.
   */
  readonly rest?: Readonly<Partial<Record<keyof Promises, Rest>>>;
}

/** An unknown part of a time, bounded where a drill measures it. */
export interface Rest {
  readonly seconds: number;
  /** e.g. `HAProxy's own start` */
  readonly of: string;
}

/** Every drill whose figures the report shows, by its name. */
export const drilled: Readonly<Record<string, Drilled>> = {
  "kill-instance": { failure: "instance-crash", about: hasSpareInstance },
  "hang-instance": {
    failure: "instance-hang",
    about: hasSpareInstance,
    rest: { backAfter: { seconds: 1, of: "the guestbook's own start" } },
  },
  "app-machine-power-loss": { failure: "app-machine", about: hasSpareMachine },
  "app-machine-cut-off": { failure: "app-machine", about: hasSpareMachine },
  "active-power-loss": {
    failure: "load-balancer-machine",
    about: hasPair,
    rest: { longestGap: { seconds: 0.5, of: "the local cloud's answer and move of the floating IP" } },
  },
  "kill-haproxy": {
    failure: "haproxy-process",
    rest: { longestGap: { seconds: 0.5, of: "HAProxy's own start" } },
  },
  "kill-postgresql": {
    failure: "database-process",
    about: ({ database }) => database !== undefined,
    rest: { away: { seconds: 3, of: "reading the guestbook's log and connecting anew" } },
  },
  "kill-pool": {
    failure: "connection-pool",
    about: ({ database }) => database?.pool !== undefined,
    rest: { away: { seconds: 1, of: "PgBouncer's own start and connecting anew" } },
  },
  "database-power-loss": { failure: "database-machine", about: ({ database }) => database?.apart === true },
  "lose-database": { failure: "volume", about: hasBackup },
  "dropped-table": { failure: "dropped-table", about: hasBackup },
  "storage-away": { failure: "backup-storage", about: hasBackup },
  "release-never-healthy": { failure: "bad-release", about: hasSpareInstance },
  "release-crashes": { failure: "bad-release", about: hasSpareInstance },
  "api-outage": { failure: "cloud-api", about: hasPair },
  "request-flood": { failure: "flood" },
  "slow-headers": { failure: "flood" },
};

/** Names of all drills whose figures the report shows. */
export const drillsOfTheReport: readonly string[] = Object.keys(drilled);

function hasSpareInstance({ blueprint }: Facts): boolean {
  return blueprint.instances.length > 1;
}

function hasSpareMachine({ appMachines }: Facts): boolean {
  return appMachines.length > 1;
}

function hasBackup({ database }: Facts): boolean {
  return database?.backup !== undefined;
}

function hasPair({ pair }: Facts): boolean {
  return pair !== undefined;
}
