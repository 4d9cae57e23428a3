import type { Measurements } from "../frame/drill";
import type { Stack } from "../frame/stack";
import { sql } from "./backups";
import { databaseMachine } from "./writing";

const table = "drill_marker";

/** Seconds between two marker rows. */
const every = 0.1;

/** A marker row, and PostgreSQL's own clock in its transaction, in milliseconds since 1970: before it was committed. */
interface Mark {
  readonly number: number;
  readonly at: number;
}

/** A session that writes one marker row after the other, each in a transaction of its own. */
interface Marking {
  /** Ends it and returns all that it committed. */
  end(): Promise<readonly Mark[]>;
}

/** Begins to write, in one session on the database's machine. @param run tells its rows from earlier ones */
export async function startMarking(stack: Stack, run: string): Promise<Marking> {
  await sql(stack, `CREATE TABLE IF NOT EXISTS ${table} (run text, number int, PRIMARY KEY (run, number))`);
  const next = `SELECT count(*) FROM ${table} WHERE run = '${run}'`;
  const mark = `INSERT INTO ${table} VALUES ('${run}', (${next})) RETURNING number, extract(epoch FROM clock_timestamp()) * 1000`;
  const text = Buffer.from(`${mark} \\watch i=${every}\n`).toString("base64");
  // `end` terminates the session, so psql fails.
  const psql = `runuser -u postgres -- env PGAPPNAME=${table} psql -XqAt -d app -f - || true`;
  const output = stack.inside(await databaseMachine(stack), `cd / && echo ${text} | base64 -d | ${psql}`);
  output.catch(() => undefined);
  return {
    end: async () => {
      await sql(stack, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${table}'`);
      return [...(await output).matchAll(/^(\d+)\|([\d.]+)$/gm)].map(([, number, at]) => ({
        number: Number(number),
        at: Number(at),
      }));
    },
  };
}

/**
 * Compares the marker rows that are there with those that belong there. A row is committed after its own time and before
 * that of the next one; the one that was being written at the moment may be on either side.
 *
 * @param moment milliseconds since 1970
 */
export function compareMarks(marks: readonly Mark[], there: readonly number[], moment: number): Measurements {
  const found = new Set(there);
  const before = marks.filter((_, index) => (marks[index + 1]?.at ?? Infinity) <= moment);
  const after = marks.filter(({ at }) => at > moment);
  return {
    markersBefore: before.length,
    markersAfter: after.length,
    missing: before.filter(({ number }) => !found.has(number)).length,
    extra: after.filter(({ number }) => found.has(number)).length,
  };
}

/** Numbers of the run's marker rows that are there. */
export async function markersOf(stack: Stack, run: string): Promise<number[]> {
  return (await sql(stack, `SELECT number FROM ${table} WHERE run = '${run}'`)).map(Number);
}

export async function removeMarkers(stack: Stack): Promise<void> {
  await sql(stack, `DROP TABLE IF EXISTS ${table}`);
}
