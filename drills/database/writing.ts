import type { Measurements } from "../frame/drill";
import { machinesWithRole, type Stack, type StackMachine } from "../frame/stack";
import { until, pause } from "../frame/wait";
import { account } from "./account";

/** Lines per second that people write during a database drill. */
export const writeRate = 100;
/** Seconds of writing before the fault, and after the app can write again. */
const undisturbed = 3;
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

/** SQL as the superuser on the database's machine; one line for each row. */
export async function query(stack: Stack, sql: string): Promise<string[]> {
  const command = `runuser -u postgres -- psql -XqAt -d app -c "${sql}"`;
  const output = await stack.inside(await databaseMachine(stack), `cd / && ${command}`);
  return output.split("\n").filter((line) => line !== "");
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
  const options = {
    run: `drill-${Date.now().toString(36)}`,
    rate: writeRate,
    duration: longest,
  };
  const over = new AbortController();
  const writing = stack.write(options, over.signal);
  writing.catch(() => undefined);
  try {
    await pause(undisturbed);
    const measured = await fault();
    await until("the app takes lines again", limit, () => takesLines(stack), 0.2);
    await pause(undisturbed);
    over.abort();
    const result = await writing;
    const there = await query(stack, `SELECT id FROM entries WHERE id LIKE '${options.run}-%'`);
    return { ...measured, written: result.sent, away: result.longestGap, ...account(result, there) };
  } finally {
    over.abort();
  }
}

/** A line of its own, written and answered. */
async function takesLines(stack: Stack): Promise<boolean> {
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
