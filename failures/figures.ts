/** One summand of a time. */
export interface Part {
  /** e.g. `until the next check` */
  readonly what: string;
  readonly seconds: number;
  /** The setting that it comes from, as it stands in the machine's file, e.g. `haproxy.cfg: inter`. */
  readonly from: string;
}

/** A time at worst: what can be computed, and beside it what nobody knows. */
export interface Duration {
  readonly parts: readonly Part[];
  /** What comes on top and is not known, in words; never mixed into the sum. */
  readonly unknown: readonly string[];
}

/** A sum of named times, beside what nobody knows. */
export function duration(parts: readonly Part[], unknown: readonly string[] = []): Duration {
  return { parts, unknown };
}

/** The computed part of a time, in seconds. */
export function total({ parts }: Duration): number {
  return roundTime(parts.reduce((sum, { seconds }) => sum + seconds, 0));
}

/** e.g. `at most 1.7 s`, `0.2 s, plus an unknown time: HAProxy's start`, `not known: Hetzner's repair` */
export function describeDuration(time: Duration): string {
  const unknown = time.unknown.join(", ");
  if (time.parts.length === 0) return unknown ? `not known: ${unknown}` : "at once";
  return unknown
    ? `${formatSeconds(total(time))}, plus an unknown time: ${unknown}`
    : `at most ${formatSeconds(total(time))}`;
}

/** The summands, e.g. `0.5 s until the next check (haproxy.cfg: inter)`. */
export function describeParts({ parts }: Duration): string[] {
  return parts.map(({ seconds, what, from }) => `${formatSeconds(seconds)} ${what} (${from})`);
}

/** How sure a time is: computed in full, in part, or not at all. */
export function status({ parts, unknown }: Duration): "estimated" | "estimated in part" | "unknown" {
  if (unknown.length === 0) return "estimated";
  return parts.length > 0 ? "estimated in part" : "unknown";
}

/** e.g. `0.7 s`, `12.5 s`, `3 min 5 s`; at most three digits after the point, none that are zero. */
export function formatSeconds(seconds: number): string {
  const rounded = roundTime(seconds);
  if (rounded < 120) return `${rounded} s`;
  const rest = Math.round(rounded % 60);
  return `${Math.floor(rounded / 60)} min${rest > 0 ? ` ${rest} s` : ""}`;
}

/** To milliseconds, so that sums of fractions print as people expect. */
export function roundTime(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** e.g. `1 machine`, `2 machines` */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
