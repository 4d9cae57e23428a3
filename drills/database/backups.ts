import { CHECKOUT } from "../../stack/checkout";
import type { Listing } from "../../stack/database/backupList";
import { tryRun } from "../../local/machines/command";
import { machinesWithRole, requireSuccess, type Stack } from "../frame/stack";
import { until } from "../frame/wait";
import { databaseMachine } from "./writing";

/** Why drills about backups have nothing to break, if so. */
export async function needsBackups(stack: Stack): Promise<string | undefined> {
  const [machine] = await machinesWithRole(stack, "database");
  if (!machine) return "this stack has no database: holdfast:database is not set";
  const found = await stack.inside(machine, "test -e /etc/holdfast/backup.json && echo yes || echo no");
  return found.trim() === "yes" ? undefined : "this stack has no backups: holdfast:backup is not set";
}

/** `npx holdfast …` for the stack, as a person runs it. */
export async function holdfast(
  stack: Stack,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string; readonly duration: number }> {
  const begun = performance.now();
  const command = [`HOLDFAST_LOCAL=${stack.name}`, process.execPath, "bin/holdfast", ...args];
  const { code, stdout, stderr } = await tryRun("env", ["-C", CHECKOUT, ...command]);
  return { code, output: `${stdout}${stderr}`, duration: (performance.now() - begun) / 1000 };
}

/** @throws with what it said, when it did not work */
export async function holdfastWell(
  stack: Stack,
  args: readonly string[],
): Promise<{ readonly output: string; readonly duration: number }> {
  return requireSuccess(await holdfast(stack, args), `holdfast ${args.join(" ")} failed`);
}

export async function listing(stack: Stack): Promise<Listing> {
  return JSON.parse((await holdfastWell(stack, ["backup", "list", "--json"])).output) as Listing;
}

/** A restore needs a backup to begin with. */
export async function withBackup(stack: Stack): Promise<void> {
  if ((await listing(stack)).backups.some(({ ours }) => ours)) return;
  await holdfastWell(stack, ["backup", "now", "--full"]);
}

/** SQL as the superuser, of any size: by stdin. */
export async function sql(stack: Stack, statements: string): Promise<string[]> {
  const text = Buffer.from(statements).toString("base64");
  const command = `cd / && echo ${text} | base64 -d | runuser -u postgres -- psql -XqAt -v ON_ERROR_STOP=1 -d app -f -`;
  return (await stack.inside(await databaseMachine(stack), command)).split("\n").filter((line) => line !== "");
}

/** Waits until all that is committed now has reached the backup storage; returns the seconds. */
export async function archived(stack: Stack, limit: number): Promise<number> {
  // Where nothing was written since the last switch, there is none, and the segment named would not be handed over.
  const something = "SELECT pg_logical_emit_message(true, 'drill', 'something')";
  const segment = (await sql(stack, `${something}; SELECT pg_walfile_name(pg_switch_wal())`)).at(-1) ?? "";
  return until(
    `WAL ${segment} reaches the backup storage`,
    limit,
    async () => {
      const [last = ""] = await sql(stack, "SELECT last_archived_wal FROM pg_stat_archiver");
      return last.slice(0, 24) >= segment || `the last one there is ${last}`;
    },
    0.5,
  );
}
