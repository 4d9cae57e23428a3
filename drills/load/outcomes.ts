/** `keep-alive`: visitors with open connections; `fresh`: each request opens its own; `mixed`: one this way, one that. */
export type Connections = "keep-alive" | "fresh" | "mixed";

/** How one request ended. Times in seconds; `at` is when it was due, counted from the start of the load. */
export interface Outcome {
  readonly at: number;
  readonly latency: number;
  /** `ok`, an HTTP status, `timeout`, or the error's code in lower case, e.g. `econnreset`. */
  readonly kind: string;
}

/** What a load brought. All times in seconds. */
export interface LoadResult {
  readonly url: string;
  readonly rate: number;
  readonly connections: Connections;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Failures that were neither due nor under way in the longest gap: a gap explains the others. */
  readonly failedOutsideGap: number;
  /** Failures by kind. */
  readonly failures: Readonly<Record<string, number>>;
  /** Requests over HTTP/2 that a server refused to begin and that were sent again; how they ended is counted with the others. */
  readonly repeated: number;
  /** Answers that were right, but took at least `slowLimit`. */
  readonly slow: number;
  readonly slowLimit: number;
  /**
   * The longest time without a success: between the ends of two answers in a row, from the start to the first and from
   * the last to the end of the load.
   */
  readonly longestGap: number;
  /** When that gap began. */
  readonly longestGapAt: number;
  /** Of all requests that were answered rightly. */
  readonly latency: { readonly median: number; readonly p99: number; readonly max: number };
  /** How late the generator itself was at worst: a large figure here makes the others doubtful. */
  readonly late: number;
  readonly interrupted: boolean;
  /** One entry per half second that had requests: [second, ok, failed, worst latency]. */
  readonly timeline: readonly (readonly [number, number, number, number])[];
}

interface Settings {
  readonly url: string;
  readonly rate: number;
  readonly duration: number;
  readonly connections?: Connections;
  readonly slow?: number;
}

/** Collects outcomes and counts them at the end. */
export class Outcomes {
  private readonly all: Outcome[] = [];

  constructor(private readonly settings: Settings) {}

  add(outcome: Outcome): void {
    this.all.push(outcome);
  }

  result({
    late,
    interrupted,
    repeated = 0,
  }: Pick<LoadResult, "late" | "interrupted"> & Partial<LoadResult>): LoadResult {
    const { url, rate, duration, connections = "fresh", slow = 1 } = this.settings;
    const good = this.all.filter(({ kind }) => kind === "ok");
    const failures: Record<string, number> = {};
    for (const { kind } of this.all) if (kind !== "ok") failures[kind] = (failures[kind] ?? 0) + 1;
    const latencies = good.map(({ latency }) => latency).sort((a, b) => a - b);
    const gap = longestGap(
      good.map(({ at, latency }) => at + latency),
      interrupted ? this.all.reduce((last, { at }) => Math.max(last, at), 0) : duration,
    );
    return {
      url,
      rate,
      connections,
      sent: this.all.length,
      ok: good.length,
      failed: this.all.length - good.length,
      failedOutsideGap: this.all.filter((outcome) => outcome.kind !== "ok" && !touches(outcome, gap)).length,
      failures,
      repeated,
      slow: latencies.filter((latency) => latency >= slow).length,
      slowLimit: slow,
      longestGap: round(gap.length),
      longestGapAt: round(gap.at),
      latency: {
        median: round(quantile(latencies, 0.5)),
        p99: round(quantile(latencies, 0.99)),
        max: round(latencies.at(-1) ?? 0),
      },
      late: round(late),
      interrupted,
      timeline: timeline(this.all),
    };
  }
}

/** Seconds that the two ends of a gap are blurred by: an answer just before it is one that was asked for earlier. */
const blur = 0.1;

function touches({ at, latency }: Outcome, gap: { readonly length: number; readonly at: number }): boolean {
  return at <= gap.at + gap.length + blur && at + latency >= gap.at - blur;
}

/** The longest stretch of [0, end] without one of these moments, and where it begins. Seconds. */
export function longestGap(moments: readonly number[], end: number): { length: number; at: number } {
  let last = 0;
  let longest = { length: 0, at: 0 };
  for (const moment of [...moments.filter((at) => at < end).sort((a, b) => a - b), end]) {
    if (moment - last > longest.length) longest = { length: moment - last, at: last };
    last = moment;
  }
  return longest;
}

/** Nearest rank: a value that really occurred. 0 for an empty list. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function timeline(outcomes: readonly Outcome[]): [number, number, number, number][] {
  const slots = new Map<number, [number, number, number, number]>();
  for (const { at, latency, kind } of outcomes) {
    const second = Math.floor(at * 2) / 2;
    const slot = slots.get(second) ?? [second, 0, 0, 0];
    slot[kind === "ok" ? 1 : 2]++;
    slot[3] = Math.max(slot[3], round(latency));
    slots.set(second, slot);
  }
  return [...slots.values()].sort(([a], [b]) => a - b);
}

/** To tenths of a millisecond. */
function round(seconds: number): number {
  return Math.round(seconds * 10_000) / 10_000;
}
