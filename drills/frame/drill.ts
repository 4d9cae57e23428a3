import type { LoadOptions } from "../load/load";
import type { Stack } from "./stack";

/** One thing that a drill claims about its runs, with the number that decides. */
export interface Claim {
  /** Which measurement; the load's own are listed at `loadMeasurements`. */
  readonly metric: string;
  /** As a reader of docs/measured.md finds it, e.g. `requests that failed`. */
  readonly text: string;
  readonly unit:
    | "requests"
    | "s"
    | "moves"
    | "ratio"
    | "owners"
    | "checks"
    | "changes"
    | "connections"
    | "instances"
    | "machines"
    | "releases"
    | "bytes"
    | "rows"
    | "rows/s"
    | "segments"
    | "answers"
    | "backups"
    | "GiB";
  /** Upper limit for the middle one of all runs. */
  readonly median?: number;
  /** Upper limit for the worst run. */
  readonly worst?: number;
  /** Lower limit: every run has to bring so much, e.g. of a flood that is to be borne. The worst run is then the smallest. */
  readonly least?: number;
}

/** What one run measured, by the names that claims use. */
export type Measurements = Readonly<Record<string, number>>;

/** A fault put into a running stack on purpose: what is claimed, how it is broken, how it is put right. */
export interface Drill {
  /** As in `holdfast drill NAME`. */
  readonly name: string;
  /** The fault in one line. */
  readonly title: string;
  /** Why the visitors should not notice: what is expected to happen. */
  readonly hypothesis: string;
  readonly claims: readonly Claim[];
  /** Why this stack cannot show it, if so: then the drill is "not proven", whatever else holds. */
  readonly cannot?: (stack: Stack) => Promise<string | undefined>;
  /** What visitors do meanwhile. */
  readonly load: Omit<LoadOptions, "url" | "sources" | "signal">;
  /** The load ends soon after the fault is over, however long that takes; its duration is then the most it may take. */
  readonly loadUntilOver?: boolean;
  /** Runs for the full evidence. */
  readonly runs: number;
  /** Abort rule: seconds after which a run is given up, cleaned up, and the drill ends as "aborted". */
  readonly abortAfter: number;
  /** Brings the stack to where a run begins: before its load. */
  readonly prepare?: (stack: Stack) => Promise<void>;
  /** The fault, in the run of that number; the load runs already. May measure things that visitors do not see. */
  readonly fault: (stack: Stack, number: number) => Promise<Measurements | undefined>;
  /** Puts everything right, whatever happened; also called after an abort. */
  readonly cleanUp?: (stack: Stack) => Promise<void>;
  /** Takes back what `prepare` did; once, after the last of all drills in a row that have the same one. */
  readonly finish?: (stack: Stack) => Promise<void>;
}

/** Seconds of undisturbed load before each fault. */
export const warmUp = 2;
