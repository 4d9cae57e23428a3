import { goneVariable } from "../../machine/resource/withdraw";
import type { Drill } from "../frame/drill";
import { restore } from "../frame/faults";
import { withoutStack, type Stack } from "../frame/stack";
import { succeeded } from "../frame/succeeded";
import { pause, until } from "../frame/wait";
import { holdfastWell, needsBackups, sql, withBackup } from "./backups";
import { backedUp, withoutBulk } from "./bulk";
import { readers } from "./readers";
import { databaseMachine, query, writeRate } from "./writing";

/** Seconds of writing before the loss; some lines have to be older than what may be lost. */
const writing = 90;
/** Seconds of lines that a lost machine may cost. */
const allowed = 60;

/** GiB that are restored, beside what people wrote: `HOLDFAST_DRILL_GIB=1` for the full evidence. */
const bulk = Number(process.env.HOLDFAST_DRILL_GIB ?? "0");

export const loseDatabase: Drill = {
  name: "lose-database",
  title: `The database machine and its volume${bulk > 0 ? ` (${bulk} GiB)` : ""} are deleted; \`pulumi up\`, then \`holdfast restore --to latest\``,
  hypothesis:
    "Everything that was handed over comes back from the storage; PostgreSQL hands over every 60 s at the latest.",
  claims: [
    { metric: "lostOld", text: "acknowledged lines lost that were older than 60 s", unit: "rows", worst: 0 },
    { metric: "unexpected", text: "lines that nobody wrote", unit: "rows", worst: 0 },
    {
      metric: "lostYoung",
      text: "acknowledged lines lost that were younger",
      unit: "rows",
      worst: allowed * writeRate,
    },
    { metric: "up", text: "`pulumi up`", unit: "s" },
    { metric: "restore", text: "`holdfast restore`, from the command to its end", unit: "s" },
  ],
  cannot: needsBackups,
  load: readers(1790),
  loadUntilOver: true,
  runs: 1,
  abortAfter: 1800,
  prepare: (stack) => backedUp(stack, bulk),
  async fault(stack) {
    const run = `drill-${Date.now().toString(36)}`;
    const over = new AbortController();
    const lines = stack.write({ run, rate: writeRate, duration: writing + 60 }, over.signal);
    await pause(writing);
    const lostAt = Math.floor(writing * writeRate);
    const gone = await deleteDatabase(stack);
    over.abort();
    const { acknowledged, unknown } = await lines;

    // As somebody says who knows that the machine is gone, and not just away.
    process.env[goneVariable] = gone;
    const result = await stack.up({ refresh: true }).finally(() => {
      Reflect.deleteProperty(process.env, goneVariable);
    });
    const up = succeeded(result, "pulumi up failed");
    const { duration } = await holdfastWell(stack, ["restore", "--to", "latest", "--yes"]);

    const there = new Set(await query(stack, `SELECT id FROM entries WHERE id LIKE '${run}-%'`));
    const lost = acknowledged.filter((number) => !there.has(`${run}-${number}`));
    const told = new Set([...acknowledged, ...unknown].map((number) => `${run}-${number}`));
    return {
      lostOld: lost.filter((number) => number < lostAt - allowed * writeRate).length,
      lostYoung: lost.filter((number) => number >= lostAt - allowed * writeRate).length,
      unexpected: [...there].filter((id) => !told.has(id)).length,
      up: up.duration,
      restore: duration,
      gib: bulk,
    };
  },
  cleanUp: tidy,
};

export const droppedTable: Drill = {
  name: "dropped-table",
  title: "`DROP TABLE`, then `holdfast restore` to the second before it",
  hypothesis: "The log is replayed up to that moment and no further.",
  claims: [
    { metric: "missing", text: "marker rows of before the moment that are missing", unit: "rows", worst: 0 },
    { metric: "extra", text: "marker rows of after the moment that are there", unit: "rows", worst: 0 },
    { metric: "lost", text: "acknowledged lines of before the moment lost", unit: "rows", worst: 0 },
    { metric: "restore", text: "`holdfast restore`, from the command to its end", unit: "s" },
  ],
  cannot: needsBackups,
  load: readers(890),
  loadUntilOver: true,
  runs: 2,
  abortAfter: 900,
  prepare: withBackup,
  async fault(stack) {
    const run = `drill-${Date.now().toString(36)}`;
    await sql(stack, "CREATE TABLE IF NOT EXISTS drill_marker (run text, number int, PRIMARY KEY (run, number))");
    const over = new AbortController();
    const lines = stack.write({ run, rate: writeRate, duration: 600 }, over.signal);
    let written = 0;
    const mark = () => sql(stack, `INSERT INTO drill_marker VALUES ('${run}', ${++written})`);
    for (let count = 0; count < 10; count++) await mark();
    // Committed before the moment that the database's own clock tells now.
    const before = await query(stack, `SELECT id FROM entries WHERE id LIKE '${run}-%'`);
    const [moment = ""] = await sql(
      stack,
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    );
    const expected = written;
    await pause(1);
    for (let count = 0; count < 3; count++) await mark();
    await sql(stack, "DROP TABLE entries");
    over.abort();
    const { acknowledged } = await lines;

    const { duration } = await holdfastWell(stack, ["restore", "--to", moment, "--yes"]);
    const markers = (await sql(stack, `SELECT number FROM drill_marker WHERE run = '${run}'`)).map(Number);
    const there = new Set(await query(stack, `SELECT id FROM entries WHERE id LIKE '${run}-%'`));
    const told = new Set(acknowledged.map((number) => `${run}-${number}`));
    return {
      missing: expected - markers.filter((number) => number <= expected).length,
      extra: markers.filter((number) => number > expected).length,
      lost: before.filter((id) => told.has(id) && !there.has(id)).length,
      restore: duration,
    };
  },
  cleanUp: tidy,
};

/**
 * As somebody does who has clicked on the wrong machine, and then on its volume.
 *
 * @returns the machine's name, as Pulumi knows it
 */
async function deleteDatabase(stack: Stack): Promise<string> {
  const machine = await databaseMachine(stack);
  const { volumes } = (await stack.api("GET", "/v1/volumes")) as { volumes: { id: number; server: number | null }[] };
  const volume = volumes.find(({ server }) => server === machine.id);
  if (!volume) throw new Error("the database machine has no volume: nothing to lose");
  await stack.api("DELETE", `/v1/servers/${machine.id}`);
  await until("the volume is nobody's", 60, async () => {
    const answer = (await stack.api("GET", `/v1/volumes/${volume.id}`)) as { volume: { server: number | null } };
    return answer.volume.server === null;
  });
  await stack.api("DELETE", `/v1/volumes/${volume.id}`);
  return withoutStack(stack, machine);
}

/** The stack runs with what was restored; what was put aside for it goes. */
async function tidy(stack: Stack): Promise<void> {
  await restore(stack);
  await stack.up({ refresh: true });
  await holdfastWell(stack, ["restore", "--forget"]);
  await withoutBulk(stack);
  await sql(stack, "DROP TABLE IF EXISTS drill_marker");
}
