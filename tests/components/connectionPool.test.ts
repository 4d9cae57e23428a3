import { appPaths } from "../../roles/app/paths";
import { poolPaths as paths } from "../../roles/database/pool/paths";
import { settingsWith } from "../blueprint/source";
import { all, drawn, environmentOf, isSecret, one, revealed, type Seen, unencrypted, waitsFor } from "./mocks";

const configuration = "holdfast:machine:Configuration";
const password = drawn["random:index/randomPassword:RandomPassword"]?.result ?? "";

/** What is registered for a stack whose database is on so many machines. */
async function seenWith(database: object): Promise<readonly Seen[]> {
  const { seen } = await environmentOf(
    settingsWith({
      "holdfast:app": { release: "./examples/guestbook", machines: 1 },
      "holdfast:loadBalancer": { machines: 1 },
      "holdfast:database": database,
    }),
  );
  return seen;
}

const filesOf = ({ inputs }: Seen) =>
  revealed<Record<string, { content: unknown; owner?: string; mode?: string }>>(inputs.files);

test.each([
  [1, "database-1"],
  [0, "app-1"],
])(
  "with %s database machines the pool is where PostgreSQL is, after it and before the instances",
  async (machines, machine) => {
    const seen = await seenWith({ machines, pool: true });
    const pool = one(seen, configuration, "database-pool");
    expect(pool.inputs).toMatchObject({ machine, part: "database-pool", withdraw: true });
    // By value, as PostgreSQL's own: what moves the volume away withdraws both.
    expect(pool.inputs.serverId).toBe(one(seen, configuration, "database").inputs.serverId);
    expect(await waitsFor(pool)).toContain("database");
    expect(await waitsFor(one(seen, configuration, "app-1"))).toEqual(["database", "database-pool"]);
  },
);

test("instances are told the pool's port; the password stands nowhere in the clear", async () => {
  const seen = await seenWith({ machines: 1, pool: true });
  const environment = revealed<string>(
    filesOf(one(seen, configuration, "app-1"))[appPaths.databaseEnvironment]?.content,
  );
  expect(environment).toContain(`DATABASE_URL="postgresql://app:${password}@10.0.1.21:6432/app`);
  const pool = one(seen, configuration, "database-pool");
  const files = filesOf(pool);
  expect(isSecret(pool.inputs.files)).toBe(true);
  expect(revealed(files[paths.users]?.content)).toContain(`"app" "${password}"`);
  for (const path of [paths.users, paths.key]) expect(files[path]).toMatchObject({ owner: "pgbouncer", mode: "0600" });
  expect(files[paths.login]?.mode).toBe("0600");
  const clear = unencrypted(seen.filter(({ type }) => type === configuration));
  expect(clear).not.toContain(password);
  expect(clear).not.toContain("KEY\\n");
});

test("a stack of the usual size has none", async () => {
  const seen = await seenWith({ machines: 1 });
  expect(all(seen, configuration).map(({ name }) => name)).not.toContain("database-pool");
  const environment = revealed<string>(
    filesOf(one(seen, configuration, "app-1"))[appPaths.databaseEnvironment]?.content,
  );
  expect(environment).toContain("10.0.1.21:5432/app");
  expect(environment).not.toContain("6432");
});
