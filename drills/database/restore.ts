import { archiveTimeout } from "../../roles/database/backup/postgresql.conf";
import type { Drill, Measurements } from "../frame/drill";
import { losePower, restore } from "../frame/faults";
import { requireSuccess, type Stack, type StackMachine, withoutStack } from "../frame/stack";
import { pause, until } from "../frame/wait";
import type { WriterResult } from "../load/writers";
import { account, accountAt, lostLines } from "./account";
import { holdfastWell, needsBackups, sql, withBackup } from "./backups";
import { backedUp, restoredGib, sizeOfDatabase, withoutBulk } from "./bulk";
import { databaseDrill, reallyWritten } from "./common";
import { compareMarks, markersOf, removeMarkers, startMarking } from "./markers";
import { databaseMachine, linesOf, ratesOf, startWriting, takesLines, writeRate } from "./writing";

/** Seconds of writing before the loss at least; some lines have to be older than what may be lost. */
const writing = 75;
/** Seconds of lines that a lost machine may cost. */
const allowed = 60;
/** The machine is lost so many seconds before PostgreSQL hands over the next segment: the worst moment. */
const justBefore = 0.5;

/** GiB that are restored, beside what people wrote. */
const bulk = restoredGib();

export const loseDatabase: Drill = {
  name: "lose-database",
  title: `The database machine and its volume${bulk > 0 ? ` (${bulk} GiB)` : ""} are lost; \`pulumi up\`, then \`holdfast restore --to latest\``,
  hypothesis: `All WAL that reached the storage is restored; PostgreSQL sends its WAL every ${archiveTimeout} s at the latest, and the loss comes just before that.`,
  claims: [
    {
      metric: "lostOld",
      text: "lost lines that were acknowledged more than 60 s before the loss",
      unit: "rows",
      worst: 0,
    },
    { metric: "old", text: "lines that were acknowledged more than 60 s before the loss", unit: "rows", least: 1000 },
    { metric: "oldestLost", text: "age of the oldest lost line", unit: "s", worst: allowed },
    { metric: "unexpected", text: "lines that nobody wrote", unit: "rows", worst: 0 },
    {
      metric: "lostYoung",
      text: "lost lines that were acknowledged later than that",
      unit: "rows",
      worst: allowed * writeRate,
    },
    ...reallyWritten,
    {
      metric: "renewed",
      text: "resources that are new afterwards: the machine and the volume",
      unit: "machines",
      least: 2,
    },
    { metric: "gib", text: "size of the database", unit: "GiB", least: bulk },
    { metric: "up", text: "time of `pulumi up`", unit: "s" },
    { metric: "restore", text: "time of `holdfast restore`", unit: "s" },
    { metric: "back", text: "time from the loss until the app accepts lines", unit: "s" },
  ],
  ...databaseDrill(1800),
  cannot: needsBackups,
  runs: 3,
  prepare: (stack) => backedUp(stack, bulk),
  async fault(stack) {
    const gib = await sizeOfDatabase(stack);
    const lost = await partsOf(stack);
    const writers = startWriting(stack);
    await pause(writing);
    const sinceArchived = await justBeforeTheNextSegment(stack);
    const lostAt = Date.now();
    const gone = await deleteDatabase(stack, lost);
    const result = await writers.end();

    // The admin confirms that the machine is gone for good.
    const ended = await stack.up({ refresh: true, environment: { HOLDFAST_GONE: gone } });
    const up = requireSuccess(ended, "pulumi up failed");
    const { duration } = await holdfastWell(stack, ["restore", "--to", "latest", "--yes"]);
    await until("the app takes lines again", 60, () => takesLines(stack), 0.2);
    const back = (Date.now() - lostAt) / 1000;

    const now = await partsOf(stack);
    return {
      ...ratesOf(result, lostAt),
      ...lossOf(result, await linesOf(stack, writers)),
      renewed: (now.machine.id === lost.machine.id ? 0 : 1) + (now.volume === lost.volume ? 0 : 1),
      sinceArchived,
      up: up.duration,
      restore: duration,
      back,
      gib,
    };
  },
  cleanUp: tidy,
};

/** All lines in their classes, and the lost ones by their age when the last line of all was acknowledged. */
function lossOf(result: WriterResult, there: readonly string[]): Measurements {
  const end = Math.max(...result.acknowledgedAt);
  const ages = lostLines(result, there).map(({ at }) => end - at);
  const isOld = (age: number) => age > allowed;
  return {
    ...account(result, there),
    old: result.acknowledgedAt.filter((at) => isOld(end - at)).length,
    lostOld: ages.filter(isOld).length,
    lostYoung: ages.filter((age) => !isOld(age)).length,
    oldestLost: Math.max(0, ...ages),
  };
}

/** Waits for the worst moment of all; returns the seconds since the last segment reached the storage. */
async function justBeforeTheNextSegment(stack: Stack): Promise<number> {
  const archivedAt = async () =>
    (await sql(stack, "SELECT extract(epoch FROM last_archived_time) FROM pg_stat_archiver"))[0];
  const before = await archivedAt();
  let last = before;
  await until("PostgreSQL hands over a segment", 2 * allowed, async () => (last = await archivedAt()) !== before);
  const since = () => Date.now() / 1000 - Number(last);
  await pause(Math.max(0, archiveTimeout - justBefore - since()));
  return since();
}

export const droppedTable: Drill = {
  name: "dropped-table",
  title: "`DROP TABLE`, then `holdfast restore` to the second before it",
  hypothesis: "The log is replayed up to that moment and no further.",
  claims: [
    { metric: "missing", text: "missing marker rows from before the moment", unit: "rows", worst: 0 },
    { metric: "extra", text: "marker rows from after the moment that are there", unit: "rows", worst: 0 },
    { metric: "markersBefore", text: "marker rows from before the moment", unit: "rows", least: 10 },
    { metric: "markersAfter", text: "marker rows from after the moment", unit: "rows", least: 2 },
    { metric: "lost", text: "lost lines that were acknowledged before the moment", unit: "rows", worst: 0 },
    { metric: "linesExtra", text: "lines from after the moment that are there", unit: "rows", worst: 0 },
    { metric: "unexpected", text: "lines that nobody wrote", unit: "rows", worst: 0 },
    { metric: "undone", text: "lines from after the moment", unit: "rows", least: 50 },
    ...reallyWritten,
    { metric: "dropped", text: "tables that were dropped before the restore", unit: "changes", least: 1 },
    { metric: "restore", text: "time of `holdfast restore`", unit: "s" },
  ],
  ...databaseDrill(900),
  cannot: needsBackups,
  runs: 3,
  prepare: withBackup,
  async fault(stack) {
    const writers = startWriting(stack);
    const markers = await startMarking(stack, writers.run);
    await pause(8);
    // By PostgreSQL's own clock, in the same moment.
    const clock = "floor(extract(epoch FROM clock_timestamp()) * 1000)";
    const [droppedAt = ""] = await sql(stack, `SELECT ${clock}; DROP TABLE entries`);
    const moment = Number(droppedAt) - 1000;
    const marks = await markers.end();
    const result = await writers.end();
    const dropped = (await sql(stack, "SELECT to_regclass('entries')"))[0] === undefined ? 1 : 0;

    const to = new Date(moment).toISOString();
    const { duration } = await holdfastWell(stack, ["restore", "--to", to, "--yes"]);
    const { extra: linesExtra, ...lines } = accountAt(result, writeRate, moment, await linesOf(stack, writers));
    return {
      ...ratesOf(result, Number(droppedAt)),
      ...lines,
      linesExtra,
      ...compareMarks(marks, await markersOf(stack, writers.run), moment),
      dropped,
      restore: duration,
    };
  },
  cleanUp: tidy,
};

/** The database's machine, and its volume's id. */
export interface Parts {
  readonly machine: StackMachine;
  readonly volume: number;
}

/** What a lost database machine takes with it. */
export async function partsOf(stack: Stack): Promise<Parts> {
  const machine = await databaseMachine(stack);
  const { volumes } = (await stack.api("GET", "/v1/volumes")) as { volumes: { id: number; server: number | null }[] };
  const volume = volumes.find(({ server }) => server === machine.id);
  if (!volume) throw new Error("the database machine has no volume: nothing to lose");
  return { machine, volume: volume.id };
}

/**
 * Cuts the power, then deletes machine and volume, so that neither comes back.
 *
 * @returns the machine's name, as Pulumi knows it
 */
export async function deleteDatabase(stack: Stack, { machine, volume }: Parts): Promise<string> {
  await losePower(stack, machine);
  await stack.api("DELETE", `/v1/servers/${machine.id}`);
  await until("the volume is nobody's", 60, async () => {
    const answer = (await stack.api("GET", `/v1/volumes/${volume}`)) as { volume: { server: number | null } };
    return answer.volume.server === null;
  });
  await stack.api("DELETE", `/v1/volumes/${volume}`);
  return withoutStack(stack, machine);
}

/** Removes what restores put aside, and what the drill made. */
export async function tidy(stack: Stack): Promise<void> {
  await restore(stack);
  await stack.up({ refresh: true });
  await holdfastWell(stack, ["restore", "--forget"]);
  await withoutBulk(stack);
  await removeMarkers(stack);
}
