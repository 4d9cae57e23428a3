import type { FailureId } from "./types";

/** What a drill measured, by the failure that it puts into a running stack. Times in seconds. */
export interface Measurement {
  readonly failure: FailureId;
  /** The drill's name. */
  readonly drill: string;
  /** What was measured, e.g. `longest gap without an answer`. */
  readonly figure: string;
  /** e.g. `2026-11-24` */
  readonly date: string;
  readonly n: number;
  readonly median: number;
  readonly worst: number;
  /** Where: a figure of the local cloud says nothing about how quick Hetzner is. */
  readonly cloud: "local cloud" | "Hetzner";
}
