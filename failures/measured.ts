import type { FailureId } from "./catalog";
import { drilled, type Rest } from "./drilled";
import type { Facts } from "./facts";
import { formatSeconds } from "./figures";
import type { Assessment, Promises } from "./types";

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

/** The part of a drill's result (drills/frame/result.ts) that the report reads. */
export interface RecordedDrill {
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

/**
 * What was measured, as far as it says something about this stack. Drills that did not get to their end measured
 * nothing; those that refuted their claims did.
 */
export function measurementsFor(facts: Facts, results: readonly RecordedDrill[]): Measurement[] {
  return results
    .filter(({ status }) => status === "proven" || status === "refuted")
    .flatMap(({ drill, claims, date, environment }) => {
      const known = drilled[drill];
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

/** A measurement beside what the report promises about the same. */
export interface Comparison {
  readonly measurement: Measurement;
  readonly promised: number;
  /** What the drill's own stack may take for what the report calls not known. */
  readonly rest?: Rest;
  /** The worst that the promise allows. */
  readonly most: number;
}

/** Every measurement that the report promises something about. */
export function comparisons({ promises = {} }: Assessment, measured: readonly Measurement[]): Comparison[] {
  return measured.flatMap((measurement) => {
    const metric = measurement.metric as keyof Promises;
    const promised = promises[metric];
    if (promised === undefined) return [];
    const rest = drilled[measurement.drill]?.rest?.[metric];
    const most = promised + (measurement.unit === "s" ? allowance : 0) + (rest?.seconds ?? 0);
    return [{ measurement, promised, most, ...(rest && { rest }) }];
  });
}

/** Measurements that break what the report promises, one sentence each: then the promise is wrong. */
export function contradictions(assessment: Assessment, measured: readonly Measurement[]): string[] {
  return comparisons(assessment, measured)
    .filter(({ measurement, most }) => measurement.worst > most)
    .map(({ measurement: { drill, figure, worst }, promised, rest }) => {
      const more = rest ? `, with ${formatSeconds(rest.seconds)} for ${rest.of}` : "";
      return `${figure} was ${worst} in the drill ${drill}, more than the ${promised} that is promised${more}`;
    });
}
