import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import type { Claim, Drill, Measurements } from "./drill";
import type { ApiDelays } from "./stack";
import { judge, type JudgedClaim } from "./verdict";
import { replaceFile } from "../../lib/files";

/** What one drill brought: kept as a file, and the only source of docs/measured.md. */
export interface Journal {
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

/** Everything that is known after the last run. */
export interface Ending {
  readonly environment: Journal["environment"];
  readonly runs: readonly Measurements[];
  readonly stopped?: { readonly status: "aborted" | "not proven"; readonly reason: string };
  readonly date?: Date;
  readonly machine?: MachineFacts;
  readonly api?: ApiDelays;
}

/** What a journal tells of the drill itself. */
export type Told = Pick<Drill, "name" | "title" | "hypothesis" | "claims"> & {
  readonly load: Pick<Drill["load"], "rate" | "connections" | "posts">;
};

/** Judges the runs; a drill that was stopped proves nothing, whatever its runs say. */
export function makeJournal(drill: Told, ending: Ending): Journal {
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

/** Where journals are kept: the latest of each drill. */
export const resultsFolder = join(__dirname, "../results");

/** Whole or not at all; gives the file's path. */
export function writeJournal(journal: Journal, folder = resultsFolder): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${journal.drill}.json`);
  replaceFile(file, `${JSON.stringify(journal, undefined, 2)}\n`);
  return file;
}

/** All drills, by name. */
export function readJournals(folder = resultsFolder): Journal[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Journal);
}
