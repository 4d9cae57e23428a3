import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { replaceFile } from "../../lib/files";
import type { Claim, Drill, Measurements } from "./drill";
import type { ApiDelays } from "./stack";

/** What one drill measured: kept as a file, and the only source of docs/measured.md. */
export interface DrillResult {
  readonly drill: string;
  readonly title: string;
  readonly hypothesis: string;
  /** ISO 8601, when it ended. */
  readonly date: string;
  readonly environment: "local cloud";
  readonly machine: MachineFacts;
  /** `proven`: all runs done and all claims met. `refuted`: all runs done, a claim not met. Anything else proves nothing. */
  readonly status: "proven" | "refuted" | "aborted" | "not proven";
  /** Why it was aborted or is not proven. */
  readonly reason?: string;
  /** Requests per second, how visitors connect, and what share of them sends POSTs. */
  readonly load: { readonly rate: number; readonly connections: string; readonly posts?: number };
  /** How long the cloud's API took for what it did. */
  readonly api?: ApiDelays;
  readonly n: number;
  readonly claims: readonly JudgedClaim[];
}

/** The computer that measured, without its name. */
export interface MachineFacts {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
}

function machineFacts(): MachineFacts {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
  };
}

/** A claim and what became of it. */
export interface JudgedClaim extends Claim {
  /** Absent when no run measured it. */
  readonly measured?: { readonly median: number; readonly worst: number; readonly n: number };
  readonly met: boolean;
}

/** Compares a claim with the runs. What was not measured in every run is not met, whatever the rest says. */
export function judge(claim: Claim, runs: readonly Measurements[]): JudgedClaim {
  const values = runs.map((run) => run[claim.metric]).filter((value) => value !== undefined);
  if (values.length === 0) return { ...claim, met: false };
  const worst = claim.least === undefined ? Math.max(...values) : Math.min(...values);
  const measured = { median: median(values), worst, n: values.length };
  return {
    ...claim,
    measured,
    met:
      values.length === runs.length &&
      Math.min(...values) >= (claim.least ?? -Infinity) &&
      measured.median <= (claim.median ?? Infinity) &&
      Math.max(...values) <= (claim.worst ?? Infinity),
  };
}

/** The middle value; of two middle ones, the larger: a median that flatters nobody. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Everything else is counted, and the claim's text says what. */
const units = new Set(["s", "requests/s", "rows/s", "µs", "MiB", "GiB"]);

/** A measured value for people: two digits after the point, and its unit where it has one. */
export function formatFigure(value: number, unit: string): string {
  const rounded = Number(value.toFixed(2));
  if (unit === "ratio") return `× ${rounded}`;
  return units.has(unit) ? `${rounded} ${unit}` : String(rounded);
}

/** Everything that is known after the last run. */
export interface Ending {
  readonly environment: DrillResult["environment"];
  readonly runs: readonly Measurements[];
  readonly stopped?: { readonly status: "aborted" | "not proven"; readonly reason: string };
  readonly date?: Date;
  readonly machine?: MachineFacts;
  readonly api?: ApiDelays;
}

/** What a result says of the drill itself. */
export type DrillFacts = Pick<Drill, "name" | "title" | "hypothesis" | "claims"> & {
  readonly load: Pick<Drill["load"], "rate" | "connections" | "posts">;
};

/** Judges the runs; a drill that was stopped proves nothing, whatever its runs say. */
export function makeResult(drill: DrillFacts, ending: Ending): DrillResult {
  const { environment, runs, stopped, date = new Date(), machine = machineFacts(), api } = ending;
  const claims = drill.claims.map((claim: Claim) => judge(claim, runs));
  return {
    drill: drill.name,
    title: drill.title,
    hypothesis: drill.hypothesis,
    date: date.toISOString(),
    environment,
    machine,
    // No runs, no proof: an empty list meets every limit.
    status: stopped?.status ?? (runs.length > 0 && claims.every(({ met }) => met) ? "proven" : "refuted"),
    ...(stopped ? { reason: stopped.reason } : {}),
    load: { rate: drill.load.rate, connections: drill.load.connections ?? "fresh", posts: drill.load.posts ?? 0 },
    ...(api ? { api } : {}),
    n: runs.length,
    claims,
  };
}

/** Where results are kept: the latest of each drill. */
const resultsFolder = join(__dirname, "../results");

/** Writes the whole file or nothing; returns its path. */
export function writeResult(result: DrillResult, folder = resultsFolder): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.drill}.json`);
  replaceFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
  return file;
}

/** The results of all drills, by name; none where no drill has run yet. */
export function readDrillResults(folder = resultsFolder): DrillResult[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as DrillResult);
}
