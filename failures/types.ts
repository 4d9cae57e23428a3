import type { Duration } from "./figures";
import type { Facts } from "./facts";

/** What becomes of the service as a whole. */
export type Service =
  /** Somebody is there to answer all the time; single requests may fail all the same. */
  | "goes on"
  /** Nobody answers for a while, then it heals by itself. */
  | "stops and comes back"
  /** Nobody answers until a person acts or what failed returns. */
  | "stops";

/**
 * By the drills' own names of what they measure. Times are in seconds and what can be computed of them: what an entry
 * calls not known comes on top of them, with a figure of the drill's own stack (drilled.ts).
 */
export interface Promises {
  /** Safe requests that fail. */
  readonly failed?: number;
  /** How long the slowest of the others takes. */
  readonly slowest?: number;
  /** Longest time in which nobody gets an answer. */
  readonly longestGap?: number;
  /** Longest time in which nothing that is written is acknowledged. */
  readonly away?: number;
  /** Until an instance is in rotation again. */
  readonly backAfter?: number;
  /** Acknowledged writes that are not there afterwards. */
  readonly lost?: number;
  /** The same, without those of the time that a restore may lack. */
  readonly lostOld?: number;
  /** Rows of before the chosen moment that a restore lacks, and rows of after it that are there. */
  readonly missing?: number;
  readonly extra?: number;
  /** Pieces of the log that never reach the backup storage. */
  readonly dropped?: number;
  /** Rows that nobody wrote. */
  readonly unexpected?: number;
  /** Moves of the floating IP. */
  readonly moved?: number;
  /** Roll-outs of a bad release that `pulumi up` calls done. */
  readonly accepted?: number;
  /** Instances that do not serve the old release after a bad one. */
  readonly others?: number;
}

/** What happens when one thing fails. Texts are sentences without a full stop; `code` stands between backticks. */
export interface Assessment {
  readonly service: Service;
  readonly takesOver: string;
  /** What `time` measures, e.g. `until HAProxy takes it out of rotation`; absent where nothing has to be waited for. */
  readonly time?: { readonly until: string; readonly duration: Duration };
  /** The same for the way back to full strength. */
  readonly back?: { readonly until: string; readonly duration: Duration };
  /** How much of the app is left, where a part of it fails and the rest serves. */
  readonly left?: { readonly number: number; readonly of: number; readonly what: "instances" | "app machines" };
  readonly visitors: {
    /** What becomes of GET, HEAD and OPTIONS. */
    readonly safe: string;
    /** What becomes of all others. */
    readonly unsafe: string;
  };
  /** What a drill may measure at most. */
  readonly promises?: Promises;
  readonly data: string;
  readonly person: string;
  readonly singlePoints: readonly SinglePoint[];
}

/** Something that there is one of, and whose loss nothing makes up for. */
export interface SinglePoint {
  /** The same in every report, so that two of them can be compared. */
  readonly id: string;
  /** e.g. `the load balancer` */
  readonly what: string;
  readonly because: string;
}

/** One thing that can fail. */
export interface Failure {
  /** Unique in the catalog. */
  readonly id: string;
  /** e.g. `An instance crashes` */
  readonly title: string;
  /** Nothing when the stack does not have what fails here. */
  readonly assess: (facts: Facts) => Assessment | undefined;
}
