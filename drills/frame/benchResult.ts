import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../../stack/checkout";

/** What a benchmark measured, as it is kept under bench/results. */
export interface Result {
  readonly name: string;
  /** What the figures are of. */
  readonly what: string;
  readonly measurements: Readonly<Record<string, Measurement>>;
  /** What is claimed of the figures, or hoped for. */
  readonly aims?: readonly Aim[];
}

/** A ratio of what was measured, and the highest or the lowest that it should be. */
export interface Aim {
  /** e.g. `growth` */
  readonly figure: string;
  readonly value: number;
  readonly most?: number;
  readonly least?: number;
  readonly met: boolean;
}

/** What figures are in; `MiB` of memory. */
export type Unit = "s" | "requests/s" | "ratio" | "µs" | "MiB";

export interface Measurement {
  readonly n: number;
  readonly unit: Unit;
  readonly median: number;
  readonly worst: number;
  readonly values: readonly number[];
}

/** A result as its file holds it. */
export interface RecordedResult extends Result {
  /** ISO 8601 */
  readonly date: string;
  /** The computer that measured, without its name, and how many programs wanted a processor in the last minute. */
  readonly machine: string;
  readonly node: string;
}

/**
 * @param worst which end of the series is the bad one
 * @throws for no values: an empty series has no median
 */
export function measurement(
  values: readonly number[],
  unit: Unit = "s",
  worst: "highest" | "lowest" = "highest",
): Measurement {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper, lower, bad] = [sorted[middle], sorted[middle - 1], sorted.at(worst === "highest" ? -1 : 0)];
  if (upper === undefined || bad === undefined) throw new Error("nothing was measured");
  const median = sorted.length % 2 === 1 || lower === undefined ? upper : (upper + lower) / 2;
  return { n: values.length, unit, median: round(median), worst: round(bad), values: values.map(round) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/**
 * How many times the second series the first one is, median by median, beside the most that it should be.
 *
 * @throws for a second series whose median is no divisor: a ratio that is no number would meet or miss every aim
 */
export function aimOf(figure: string, one: Measurement, other: Measurement, most: number): Aim {
  const value = Math.round((one.median / other.median) * 100) / 100;
  if (!Number.isFinite(value)) throw new Error(`the ${figure} is no number: ${one.median} of ${other.median}`);
  return { figure, value, most, met: value <= most };
}

/** What every run of a series has to reach, beside the smallest of them. */
export function leastOf(figure: string, series: Measurement, least: number): Aim {
  const value = Math.min(...series.values);
  return { figure, value, least, met: value >= least };
}

/** e.g. `aim: at most 1.3, missed` */
export function aimInWords({ most, least, met }: Aim): string {
  const limit = least === undefined ? `at most ${most}` : `at least ${least}`;
  return `aim: ${limit}, ${met ? "met" : "missed"}`;
}

const folder = join(CHECKOUT, "bench/results");

/** What benchmarks measured so far, by name; none where none has run yet. */
export function readResults(): RecordedResult[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as RecordedResult);
}

/** Writes the result with its circumstances and prints it. */
export function publish(result: Result): void {
  const circumstances = {
    date: new Date().toISOString(),
    machine: `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${Math.round(totalmem() / 1024 ** 3)} GiB, load ${loadavg()[0]?.toFixed(1)}`,
    node: process.version,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.name}.json`), `${JSON.stringify({ ...result, ...circumstances }, null, 2)}\n`);
  console.log(`\n${result.what}`);
  for (const [name, { n, unit, median, worst }] of Object.entries(result.measurements)) {
    console.log(`  ${name}: median ${median} ${unit}, worst ${worst} ${unit} (n = ${n})`);
  }
}

/** Seconds that a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
