import type { Drill, Measurements } from "../frame/drill";
import { requireSuccess, type Stack } from "../frame/stack";
import { databaseDrill, nothingLost } from "./common";
import { databaseMachine, query, writingThrough } from "./writing";

/** Lines that are there before the moves, beside those that are written meanwhile. */
const lines = 100_000;

async function up(stack: Stack, machines: 0 | 1): Promise<void> {
  // With the database on the app machine there is one of those.
  const settings = { app: { machines: 1 }, database: { machines } };
  requireSuccess(await stack.up({ settings }), "the database did not move");
}

/** How many of the earlier lines there are, and a fingerprint of everything in them. */
async function earlierLines(stack: Stack): Promise<{ readonly count: number; readonly content: string }> {
  const content = "md5(string_agg(id || name || text || written, ',' ORDER BY id))";
  const [row = ""] = await query(stack, `SELECT count(*), ${content} FROM entries WHERE id LIKE 'moved-%'`);
  const [count = "0", fingerprint = ""] = row.split("|");
  return { count: Number(count), content: fingerprint };
}

/** Both moves' lines in one account: counts together, and the slower of the two rates. */
function both(one: Measurements, other: Measurements): Measurements {
  const together = (metric: string): number => {
    const [a = NaN, b = NaN] = [one[metric], other[metric]];
    return metric === "away" ? Math.max(a, b) : metric.endsWith("PerSecond") ? Math.min(a, b) : a + b;
  };
  return Object.fromEntries(Object.keys(one).map((metric) => [metric, together(metric)]));
}

export const databaseMoves: Drill = {
  name: "database-moves",
  title: "The database goes to a machine of its own and back, while people write (database.machines 0 → 1 → 0)",
  hypothesis:
    "PostgreSQL shuts down cleanly, its volume moves to the other machine, and it starts there; then each instance gets the new address, one after the other.",
  claims: [
    { metric: "awayApart", text: "longest time without an acknowledged line, 0 → 1", unit: "s", worst: 60 },
    { metric: "awayBack", text: "longest time without an acknowledged line, 1 → 0", unit: "s", worst: 60 },
    { metric: "moved", text: "moves after which the database was on the other machine", unit: "moves", least: 2 },
    { metric: "missing", text: `missing lines, of ${lines} that were there before`, unit: "rows", worst: 0 },
    {
      metric: "changed",
      text: "moves after which the content of these lines had changed",
      unit: "changes",
      worst: 0,
    },
    ...nothingLost,
  ],
  ...databaseDrill(900),
  runs: 3,
  async prepare(stack) {
    await up(stack, 0);
    const numbers = `generate_series(1, ${lines}) AS number`;
    const values = "'moved-' || number, 'drill', 'line ' || number, now()";
    await query(
      stack,
      `INSERT INTO entries (id, name, text, written) SELECT ${values} FROM ${numbers} ON CONFLICT DO NOTHING`,
    );
  },
  async fault(stack) {
    const move = (machines: 0 | 1) => () => up(stack, machines).then(() => undefined);
    const hosts = [await databaseMachine(stack)];
    const before = await earlierLines(stack);
    const apart = await writingThrough(stack, move(1), 60);
    hosts.push(await databaseMachine(stack));
    const between = await earlierLines(stack);
    const back = await writingThrough(stack, move(0), 60);
    hosts.push(await databaseMachine(stack));
    const after = await earlierLines(stack);
    return {
      ...both(apart, back),
      awayApart: apart.away ?? Infinity,
      awayBack: back.away ?? Infinity,
      moved: hosts.filter(({ id }, index) => index > 0 && id !== hosts[index - 1]?.id).length,
      missing: lines - Math.min(before.count, between.count, after.count),
      changed: [between, after].filter(({ content }) => content !== before.content).length,
    };
  },
  async finish(stack) {
    requireSuccess(await stack.up({}), "the stack cannot be brought back to its own settings");
  },
};
