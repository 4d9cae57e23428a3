import type { Facts } from "./facts";
import type { Assessment, FailureId, Promises } from "./types";

/** What a drill measured, by the failure that it puts into a running stack. */
export interface Measurement {
  readonly failure: FailureId;
  /** The drill's name. */
  readonly drill: string;
  /** The drill's name for what it measured, e.g. `slowest`. */
  readonly metric: string;
  /** The same in words, e.g. `slowest answer`. */
  readonly figure: string;
  /** `s` for seconds; anything else is counted. */
  readonly unit: string;
  /** e.g. `2026-11-24` */
  readonly date: string;
  readonly n: number;
  readonly median: number;
  readonly worst: number;
  /** Where: a figure of the local cloud says nothing about how quick Hetzner is. */
  readonly cloud: string;
}

/** The part of a drill's journal (drills/frame/journal.ts) that the report reads. */
export interface DrillJournal {
  readonly drill: string;
  /** ISO 8601 */
  readonly date: string;
  readonly environment: string;
  readonly status: string;
  readonly claims: readonly {
    readonly metric: string;
    readonly text: string;
    readonly unit: string;
    readonly measured?: { readonly median: number; readonly worst: number; readonly n: number };
  }[];
}

/** Which failure a drill shows, and which stacks it says something about. */
const drills: Readonly<Record<string, { readonly failure: FailureId; readonly about?: (facts: Facts) => boolean }>> = {
  "kill-instance": { failure: "instance-crash", about: hasSpareInstance },
  "hang-instance": { failure: "instance-hang", about: hasSpareInstance },
  "app-machine-power-loss": { failure: "app-machine", about: hasSpareMachine },
  "app-machine-cut-off": { failure: "app-machine", about: hasSpareMachine },
  "active-power-loss": { failure: "load-balancer-machine", about: hasPair },
  "kill-haproxy": { failure: "haproxy-process" },
  "kill-postgresql": { failure: "database-process", about: ({ database }) => database !== undefined },
  "kill-pool": { failure: "connection-pool", about: ({ database }) => database?.pool !== undefined },
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
export const drillsOfTheReport: readonly string[] = Object.keys(drills);

/**
 * What was measured, as far as it says something about this stack. Drills that did not get to their end measured
 * nothing; those that refuted their claims did.
 */
export function measurementsFor(facts: Facts, journals: readonly DrillJournal[]): Measurement[] {
  return journals
    .filter(({ status }) => status === "proven" || status === "refuted")
    .flatMap(({ drill, claims, date, environment }) => {
      const known = drills[drill];
      if (!known || known.about?.(facts) === false) return [];
      return claims.flatMap(({ metric, text: figure, unit, measured }) =>
        measured
          ? [
              {
                failure: known.failure,
                drill,
                metric,
                figure,
                unit,
                date: date.slice(0, 10),
                cloud: environment,
                ...measured,
              },
            ]
          : [],
      );
    });
}

/** Seconds that an answer and the visitor's side may take on top of what is promised. */
const allowance = 0.25;

/** Measurements that break what the report promises, one sentence each: then the promise is wrong. */
export function contradictions({ promises = {} }: Assessment, measured: readonly Measurement[]): string[] {
  return measured.flatMap(({ drill, figure, metric, worst, unit }) => {
    const promised = promises[metric as keyof Promises];
    const most = promised === undefined ? Infinity : promised + (unit === "s" ? allowance : 0);
    return worst > most
      ? [`${figure} was ${worst} in the drill ${drill}, more than the ${promised} that is promised`]
      : [];
  });
}

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
