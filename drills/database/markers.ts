import type { Measurements } from "../frame/drill";
import type { Stack } from "../frame/stack";
import { pause } from "../frame/wait";
import { sql } from "./backups";

const table = "drill_marker";

/** Seconds between two marker rows. */
const every = 0.1;

/** Compares the marker rows that are there with those that belong there at a moment, in milliseconds since 1970. */
type Comparison = (there: readonly number[], moment: number) => Measurements;

/** Somebody who writes one marker row after the other, each once the one before it is committed. */
interface Marking {
  end(): Promise<Comparison>;
}

/** Marker rows of their own session each, by `psql` on the database's machine. @param run tells them from earlier ones */
export async function startMarking(stack: Stack, run: string): Promise<Marking> {
  await sql(stack, `CREATE TABLE IF NOT EXISTS ${table} (run text, number int, PRIMARY KEY (run, number))`);
  const marks: { readonly begun: number; readonly committed: number }[] = [];
  let over = false;
  const marking = (async () => {
    while (!over) {
      const begun = Date.now();
      await sql(stack, `INSERT INTO ${table} VALUES ('${run}', ${marks.length})`);
      marks.push({ begun, committed: Date.now() });
      await pause(every);
    }
  })();
  marking.catch(() => undefined);
  return {
    end: async () => {
      over = true;
      await marking;
      return (there, moment) => compare(marks, there, moment);
    },
  };
}

/** Machines have this computer's clock: what was committed before the moment is there, what was begun after it is not. */
function compare(
  marks: readonly { readonly begun: number; readonly committed: number }[],
  there: readonly number[],
  moment: number,
): Measurements {
  const found = new Set(there);
  const numbers = marks.map((mark, number) => ({ ...mark, number }));
  const before = numbers.filter(({ committed }) => committed <= moment);
  const after = numbers.filter(({ begun }) => begun > moment);
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
