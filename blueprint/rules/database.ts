import { connectionMemory, connectionsOf, connectionsPerInstance, otherConnections } from "../connections";
import type { Problem } from "../problems";
import type { Draft, Rule } from "./rule";

/** Each connection is a process. Where memory is too small for all of them, the stack gets a pool, unless the settings refuse it. */
export const connectionsFit: Rule = ({ app, database }: Draft): readonly Problem[] => {
  if (!app || !database) return [];
  const { wanted, affordable, most, pool } = connectionsOf(app, database);
  const subject = `on ${app.machines} machines may open`;
  const why = `each instance may hold ${connectionsPerInstance} connections, and each is a process of some ${connectionMemory} MiB`;
  const problem = (wrong: string, fix: string) => [
    { setting: "holdfast:app.instances", value: app.instances, wrong, why, fix },
  ];
  if (most > affordable) {
    return problem(
      `${subject} ${pool ? `${most} connections, even with a pool,` : `${wanted} connections`} to the database, which has the memory for ${affordable}`,
      `choose a larger holdfast:${database.machines === 0 ? "app" : "database"}.serverType, ${pool ? "" : "a pool (leave holdfast:database.pool out), "}or fewer instances`,
    );
  }
  return pool && database.pool === undefined
    ? problem(
        `${subject} ${wanted - otherConnections} connections; the database has the memory for ${affordable}, so instances share ${pool.size} through a pool (PgBouncer)`,
        "read in docs/database.md what an app may not do with a pool, and write holdfast:database.pool: true; or choose a larger serverType, or fewer instances",
      )
    : [];
};
