import type { Drill } from "../frame/drill";
import type { Stack } from "../frame/stack";
import { succeeded } from "../frame/succeeded";
import { nothingLost } from "./claims";
import { readers } from "./readers";
import { needsDatabase, query, writingThrough } from "./writing";

/** Lines that are there before the moves, beside those that are written meanwhile. */
const lines = 100_000;

async function up(stack: Stack, machines: 0 | 1): Promise<void> {
  // With the database on the app machine there is one of those.
  const settings = { app: { machines: 1 }, database: { machines } };
  succeeded(await stack.up({ settings }), "the database did not move");
}

export const databaseMoves: Drill = {
  name: "database-moves",
  title: "The database goes to a machine of its own and back, while people write (database.machines 0 → 1 → 0)",
  hypothesis:
    "PostgreSQL stops in order, its volume changes machines, and it starts there; instances are told one after the other.",
  claims: [
    { metric: "awayApart", text: "without an acknowledged line, 0 → 1", unit: "s", worst: 60 },
    { metric: "awayBack", text: "without an acknowledged line, 1 → 0", unit: "s", worst: 60 },
    { metric: "missing", text: "earlier lines that are missing", unit: "rows", worst: 0 },
    ...nothingLost,
  ],
  cannot: needsDatabase,
  load: readers(880),
  loadUntilOver: true,
  runs: 3,
  abortAfter: 900,
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
    const apart = await writingThrough(stack, move(1), 60);
    const back = await writingThrough(stack, move(0), 60);
    const [count = "0"] = await query(stack, "SELECT count(*) FROM entries WHERE id LIKE 'moved-%'");
    return {
      awayApart: apart.away ?? Infinity,
      awayBack: back.away ?? Infinity,
      missing: lines - Number(count),
      lost: (apart.lost ?? Infinity) + (back.lost ?? Infinity),
      unexpected: (apart.unexpected ?? Infinity) + (back.unexpected ?? Infinity),
    };
  },
  async finish(stack) {
    succeeded(await stack.up({}), "the stack cannot be brought back to its own settings");
  },
};
