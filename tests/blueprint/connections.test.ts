import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { serverTypeNames } from "../../catalog";
import { connectionMemory, connectionsOf, connectionsPerInstance } from "../../blueprint/connections";
import { databaseMemory } from "../../blueprint/memory";
import { SettingsError } from "../../blueprint/problems";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import { settingsWith, sourceOf, testKey } from "./source";

const release = "./examples/guestbook";

const stacks = fc.record({
  serverType: fc.constantFrom(...serverTypeNames),
  databaseType: fc.constantFrom(...serverTypeNames),
  machines: fc.integer({ min: 1, max: 30 }),
  instances: fc.integer({ min: 1, max: 32 }),
  apart: fc.boolean(),
  pool: fc.constantFrom(undefined, true, false),
});

type Stack = typeof stacks extends fc.Arbitrary<infer T> ? T : never;

function connections({ serverType, databaseType, machines, instances, apart, pool }: Stack) {
  const app = { ...settingsWith({ "holdfast:app": { release } }).app, serverType, machines, instances };
  const database = { machines: apart ? 1 : 0, serverType: databaseType, volumeSize: 10, pool };
  return { ...connectionsOf(app, database), memory: databaseMemory(database, app) };
}

test("by itself there is a pool exactly where all connections together would take more than half of the memory", () => {
  fc.assert(
    fc.property(stacks, (stack) => {
      const { wanted, pool, memory } = connections({ ...stack, pool: undefined });
      expect(pool !== undefined).toBe(wanted * connectionMemory > memory / 2);
    }),
  );
});

test("a pool never opens more connections than the memory is good for, unless hardly any would be left", () => {
  fc.assert(
    fc.property(stacks, (stack) => {
      const { affordable, most, pool } = connections({ ...stack, pool: true });
      expect(most <= affordable || pool?.size === 5).toBe(true);
    }),
  );
});

test("adding a pool turns nobody away who still comes straight", () => {
  fc.assert(
    fc.property(stacks, (stack) => {
      const without = connections({ ...stack, pool: false });
      const pooled = connections({ ...stack, pool: true });
      if (without.wanted <= without.affordable) expect(pooled.most).toBeGreaterThanOrEqual(without.most);
    }),
  );
});

test("everybody who may come has room: each instance's ten at the pool, and one more past it", () => {
  fc.assert(
    fc.property(stacks, (stack) => {
      const all = stack.machines * stack.instances;
      const { most, wanted, pool } = connections(stack);
      if (pool) expect(pool.clients).toBeGreaterThanOrEqual(all * connectionsPerInstance);
      expect(most).toBeGreaterThanOrEqual(pool ? pool.size + all : wanted);
    }),
  );
});

test("instances come one after the other, and PostgreSQL restarts for few of them", () => {
  const most = (instances: number) =>
    connections({
      serverType: "cx23",
      databaseType: "cx23",
      machines: 1,
      instances,
      apart: true,
      pool: false,
    }).most;
  const all = Array.from({ length: 20 }, (_, index) => most(index + 1));
  expect([...new Set(all)]).toEqual([100, 200, 224]);
  expect(all.slice(0, 8)).toEqual(Array<number>(8).fill(100));
});

test("what is reserved for later takes nothing from the memory that pages need", () => {
  fc.assert(
    fc.property(stacks, (stack) => {
      const { wanted, affordable, most } = connections({ ...stack, pool: false });
      expect(most).toBeLessThanOrEqual(Math.max(wanted, affordable));
    }),
  );
});

/** What is said about a stack of so many machines with eight instances each. */
function said(machines: number, database: object) {
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release, machines, instances: 8 },
    "holdfast:database": { serverType: "cx23", ...database },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
  };
  const { settings, warnings } = readSettings(parseSettings(sourceOf(JSON.stringify({ config }))));
  const [warning] = warnings.filter(({ setting }) => setting === "holdfast:app.instances");
  return { database: settings.database, warning: warning && `${warning.wrong}; ${warning.fix}` };
}

test("the preview says when a pool comes, and no longer once somebody has written it down", () => {
  expect(said(2, {}).warning).toBeUndefined();
  expect(said(20, {}).warning).toContain(
    "may open 1600 connections; the database has the memory for 224, so instances share 20 through a pool (PgBouncer)",
  );
  expect(said(20, { pool: true }).warning).toBeUndefined();
  expect(said(2, { pool: true }).warning).toBeUndefined();
});

test("whoever refuses the pool is told what that means", () => {
  const { warning } = said(20, { pool: false });
  expect(warning).toContain("may open 1620 connections to the database, which has the memory for 224");
  expect(warning).toContain("leave holdfast:database.pool out");
});

test("where even a pool is too much, the way out is another size", () => {
  const { warning } = said(30, { pool: true });
  expect(warning).toContain("even with a pool");
  expect(warning).not.toContain("leave holdfast:database.pool out");
});

test("docs/database.md says from how many instances on", () => {
  const page = readFileSync(join(__dirname, "../../docs/database.md"), "utf8");
  const rows = [...page.matchAll(/^\| (\w+), \d+ GiB +\| (\d+) instances +\| (\d+) instances/gm)];
  expect(rows).not.toHaveLength(0);
  for (const [, serverType = "", apart, shared] of rows) {
    const type = serverType as (typeof serverTypeNames)[number];
    const pooled = (machines: 0 | 1, instances: number) =>
      connections({
        serverType: type,
        databaseType: type,
        machines: 1,
        instances,
        apart: machines === 1,
        pool: undefined,
      }).pool !== undefined;
    for (const [machines, first] of [
      [1, Number(apart)],
      [0, Number(shared)],
    ] as const) {
      expect([pooled(machines, first - 1), pooled(machines, first)]).toEqual([false, true]);
    }
  }
});

test("both URLs are the stack's where it has a database", () => {
  for (const name of ["DATABASE_URL", "DATABASE_DIRECT_URL"]) {
    const own = { release, environment: { [name]: "postgresql://elsewhere/app" } };
    expect(() => settingsWith({ "holdfast:app": own, "holdfast:database": {} })).toThrow(SettingsError);
    expect(settingsWith({ "holdfast:app": own }).app.environment).toEqual(own.environment);
  }
});
