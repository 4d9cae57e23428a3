import type { Measurements } from "../frame/drill";
import type { WriterResult } from "../load/writers";
import { machinesWithRole, type Stack, type StackMachine } from "../frame/stack";
import { until, pause } from "../frame/wait";
import { account } from "./account";

/** Lines per second that people write during a database drill. */
export const writeRate = 100;
/** Seconds of writing before the fault, a second of which the writers take to start, and after the app can write again. */
const undisturbed = 5;
/** Seconds that writing goes on at most. */
const longest = 1500;

/** The machine that has the database. */
export async function databaseMachine(stack: Stack): Promise<StackMachine> {
  const [machine] = await machinesWithRole(stack, "database");
  if (!machine) throw new Error("this stack has no database");
  return machine;
}

/** Why database drills have nothing to break, if so. */
export async function needsDatabase(stack: Stack): Promise<string | undefined> {
  const machines = await machinesWithRole(stack, "database");
  return machines.length > 0 ? undefined : "this stack has no database: holdfast:database is not set";
}

/** When PostgreSQL was started, as it tells it: another answer means another process. */
export async function startOfPostgresql(stack: Stack): Promise<string> {
  return (await query(stack, "SELECT pg_postmaster_start_time()"))[0] ?? "";
}

/** SQL as the superuser on the database's machine; one line for each row. */
export async function query(stack: Stack, sql: string): Promise<string[]> {
  const command = `runuser -u postgres -- psql -XqAt -d app -c "${sql}"`;
  const output = await stack.inside(await databaseMachine(stack), `cd / && ${command}`);
  return output.split("\n").filter((line) => line !== "");
}

/** People who write at this moment. */
export interface Writing {
  /** Beginning of their lines' ids. */
  readonly run: string;
  /** Ends it; every line has its answer then, or will never have one. */
  end(): Promise<WriterResult>;
}

/** People begin to write; they do until `end`. */
export function startWriting(stack: Stack): Writing {
  const run = `drill-${Date.now().toString(36)}`;
  const over = new AbortController();
  const lines = stack.write({ run, rate: writeRate, duration: longest }, over.signal);
  // Awaited at the end; a failing fault must not leave an unhandled rejection behind.
  lines.catch(() => undefined);
  return {
    run,
    end: () => {
      over.abort();
      return lines;
    },
  };
}

/** Ids of the run's lines that are in the database. */
export function linesOf(stack: Stack, { run }: Writing): Promise<string[]> {
  return query(stack, `SELECT id FROM entries WHERE id LIKE '${run}-%'`);
}

/** How much was really written. @param faultAt milliseconds since 1970 */
export function ratesOf({ sent, duration, begun, acknowledgedAt }: WriterResult, faultAt: number): Measurements {
  // Not the first second: connections are made then.
  const seconds = (faultAt - begun) / 1000 - 1;
  const before = acknowledgedAt.filter((at) => at >= 1 && at < 1 + seconds).length;
  return { written: sent, sentPerSecond: sent / duration, acknowledgedPerSecond: before / seconds };
}

/**
 * People write while the fault is there and until the app takes lines again; then every line is accounted for.
 *
 * @param fault returns what it measured itself
 * @param limit seconds in which the app has to take lines again after it
 */
export async function writingThrough(
  stack: Stack,
  fault: () => Promise<Measurements | undefined>,
  limit: number,
): Promise<Measurements> {
  const writing = startWriting(stack);
  try {
    await pause(undisturbed);
    const faultAt = Date.now();
    const measured = await fault();
    await until("the app takes lines again", limit, () => takesLines(stack), 0.2);
    const takesLinesAfter = (Date.now() - faultAt) / 1000;
    await pause(undisturbed);
    const result = await writing.end();
    const there = await linesOf(stack, writing);
    const accounted = account(result, there);
    return {
      ...measured,
      ...ratesOf(result, faultAt),
      takesLinesAfter,
      away: result.longestGap,
      ...accounted,
      notAcknowledged: result.sent - result.acknowledged.length,
      ...answersOf(result),
    };
  } finally {
    void writing.end();
  }
}

/** How lines ended that were not acknowledged: with an answer that says so, or with none. */
function answersOf({ refused, failures }: WriterResult): Measurements {
  const sum = (isCounted: (kind: string) => boolean) =>
    Object.entries(failures).reduce((all, [kind, count]) => all + (isCounted(kind) ? count : 0), 0);
  const isAnswer = (kind: string) => /^5\d\d$/.test(kind);
  return { answeredNo: refused.length + sum(isAnswer), unanswered: sum((kind) => !isAnswer(kind)) };
}

/** A line of its own, written and answered. */
export async function takesLines(stack: Stack): Promise<boolean> {
  const body = JSON.stringify({ text: "is the guestbook open?" });
  const answer = await stack.fromOutside(
    [
      "curl",
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      "--max-time",
      "3",
      "-H",
      "content-type: application/json",
    ].concat(["-d", body, `${stack.url}/entries`]),
  );
  return answer.trim() === "201";
}
