import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../cli/checkout";

/** What a benchmark measured, as it is kept under bench/results. Times in seconds. */
export interface Result {
  readonly name: string;
  /** What the figures are of. */
  readonly what: string;
  readonly measurements: Readonly<Record<string, Measurement>>;
}

export interface Measurement {
  readonly n: number;
  readonly median: number;
  readonly worst: number;
  readonly values: readonly number[];
}

/** @throws for no values: an empty series has no median */
export function measurement(values: readonly number[]): Measurement {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper, lower, worst] = [sorted[middle], sorted[middle - 1], sorted.at(-1)];
  if (upper === undefined || worst === undefined) throw new Error("nothing was measured");
  const median = sorted.length % 2 === 1 || lower === undefined ? upper : (upper + lower) / 2;
  return { n: values.length, median: round(median), worst: round(worst), values: values.map(round) };
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Writes the result with its circumstances and prints it. */
export function publish(result: Result): void {
  const circumstances = {
    date: new Date().toISOString(),
    machine: `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), ${Math.round(totalmem() / 1024 ** 3)} GiB`,
    node: process.version,
  };
  const folder = join(CHECKOUT, "bench/results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.name}.json`), `${JSON.stringify({ ...result, ...circumstances }, null, 2)}\n`);
  console.log(`\n${result.what}`);
  for (const [name, { n, median, worst }] of Object.entries(result.measurements)) {
    console.log(`  ${name}: median ${median} s, worst ${worst} s (n = ${n})`);
  }
}

/** Seconds that a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
