/** `page`: somebody has to act now. `notice`: on the next working day. `none` wakes nobody and only mutes others. */
export type Severity = "page" | "notice" | "none" | "heartbeat";

/** What a stack has to have for a rule to make sense; a rule without one is everybody's. */
export type Part = "pair" | "database" | "backup" | "https" | "heartbeat";

/** A value of a series, as long as an example lasts: the same, rising by so much a second, or a moment so long ago. */
export type Value = number | { readonly perSecond: number } | { readonly age: number };

/** What the monitor would see: series in Prometheus' notation → their values. */
export interface Example {
  readonly series: Readonly<Record<string, Value>>;
  /** Seconds that ranges in the expression need before it can hold. @default 0 */
  readonly settles?: number;
  /** Whether it may hold sooner than that: ratios do, as soon as there are two samples. @default false */
  readonly mayHoldSooner?: boolean;
  /** Seconds between samples. @default 15 */
  readonly every?: number;
}

/** One thing that the monitor tells people. Everything about it is here, and what else names it is generated. */
export interface AlertRule<T extends string = string> {
  readonly name: string;
  readonly severity: Severity;
  readonly needs?: Part;
  /** Seconds that the expression has to hold before anybody is told. */
  readonly for: number;
  /** Seconds for which it stays open after its reason went. @default 0 */
  readonly lingers?: number;
  /** Numbers that decide, by name: seconds, bytes or parts of one. */
  readonly thresholds: Readonly<Record<T, number>>;
  /** Prometheus' expression: each series of its result is an alert. */
  readonly expression: (thresholds: Readonly<Record<T, number>>) => string;
  /** The message, one sentence; in Prometheus' templates. */
  readonly summary: string;
  /** What it means for visitors or for the data. */
  readonly meaning: string;
  /** What to run first. */
  readonly firstCommand: string;
  /** What it is easily mistaken for. */
  readonly isNot: string;
  /** Just beyond each threshold, and just before it. */
  readonly examples: (thresholds: Readonly<Record<T, number>>) => {
    readonly fires: readonly Example[];
    readonly silent: readonly Example[];
  };
}

/** An example without ranges. */
export const seen = (series: Example["series"]): Example => ({ series });

/** A rule with the names of its own thresholds, among rules with other names. */
export function alertRule<const T extends string>(rule: AlertRule<T>): AlertRule {
  return rule as unknown as AlertRule;
}

/** How far an example is from the threshold that it tries, as a part of it. */
const step = 0.02;

/** Just beyond a threshold. */
export const above = (threshold: number): number => threshold * (1 + step);
/** Just before it. */
export const below = (threshold: number): number => threshold * (1 - step);
