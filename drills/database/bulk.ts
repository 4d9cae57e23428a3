import { environmentVariables, readVariable } from "../../lib/environmentVariables";
import type { Stack } from "../frame/stack";
import { archived, holdfastWell, sql, withBackup } from "./backups";

/** Rows that make the database as large as a restore needs it. */
const table = "drill_bulk";

/** GiB that drills restore, beside what people wrote. */
export function restoredGib(): number {
  return Number(readVariable("HOLDFAST_DRILL_GIB") ?? environmentVariables.HOLDFAST_DRILL_GIB.default);
}

/** Makes sure that the database has so many GiB, that a backup has them, and that all later WAL is on the storage. */
export async function backedUp(stack: Stack, gib: number): Promise<void> {
  await withBulk(stack, gib);
  await withBackup(stack);
  await archived(stack, 300);
}

/** Makes the rows, with a full backup of them; nothing where they are already. @param gib their size */
async function withBulk(stack: Stack, gib: number): Promise<void> {
  if (gib === 0 || (await sql(stack, `SELECT to_regclass('${table}')`))[0] === table) return;
  // Random text, which does not compress: 1000 bytes for each row with its header.
  const rows = Math.round((gib * 1024 ** 3) / 1000);
  const text = Array.from({ length: 28 }, (_, index) => `md5(random()::text || '${index}')`).join(" || ");
  await sql(stack, `CREATE TABLE ${table} AS SELECT g AS id, ${text} AS filler FROM generate_series(1, ${rows}) g`);
  // Otherwise autovacuum does it during the backup, and a restore has to replay WAL for every row.
  await sql(stack, `VACUUM (FREEZE, ANALYZE) ${table}`);
  await holdfastWell(stack, ["backup", "now", "--full"]);
}

/** GiB of everything in it. */
export async function sizeOfDatabase(stack: Stack): Promise<number> {
  return Number((await sql(stack, "SELECT pg_database_size('app')"))[0]) / 1024 ** 3;
}

export async function withoutBulk(stack: Stack): Promise<void> {
  await sql(stack, `DROP TABLE IF EXISTS ${table}`);
}
