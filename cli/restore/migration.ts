import { tryRun } from "../../local/machines/command";
import { appPaths } from "../../roles/app/paths";
import type { DatabaseMachine } from "../../stack/database/machine";
import { UserError } from "../../lib/errors";
import { onMachine } from "../../stack/ssh/route";
import { showMoment } from "../../stack/database/moment";

/** When the running release migrated the present database. */
export type Migrated =
  /** It has no migration, or has not run one yet. Restored data is then migrated if it needs to be. */
  "never" | Date | "unknown";

/**
 * Whether the release may migrate the restored database. For a moment before the migration a person has to say so:
 * the migration may be what the restore is to undo.
 *
 * @param target undefined: the latest moment that there is
 * @param wish `--migrate` or `--no-migrate`, if given
 * @throws UserError when a person has to say it, and did not
 */
export function mayMigrate(target: Date | undefined, migrated: Migrated, wish: boolean | undefined): boolean {
  if (wish !== undefined) return wish;
  if (target === undefined || migrated === "never") return true;
  if (migrated !== "unknown" && migrated <= target) return true;
  const why =
    migrated === "unknown"
      ? "The database does not say when the running release migrated it. If that was after this moment, the restored database has the old schema."
      : `The running release migrated the database at ${showMoment(migrated)}, after this moment: the restored database has the old schema.`;
  throw new UserError(
    `${why} With --migrate the release migrates it again; with --no-migrate the release starts on it as it is ` +
      "(if the migration is the fault, first go back to the earlier release: `npx holdfast rollback`)",
  );
}

/** Asks the first app machine, which runs the migration for all. */
export async function askMigrationTime({ stack, appMachines }: DatabaseMachine): Promise<Migrated> {
  const [first] = appMachines;
  if (!first) return "never";
  const command = ["sudo", "sh", "-c", `'test ! -e ${appPaths.migrations} || exec ${appPaths.migrations} since'`];
  const answer = await onMachine(stack, first, command, (program, args) => tryRun(program, args)).catch(
    () => undefined,
  );
  if (answer?.code !== 0) return "unknown";
  const since = answer.stdout.trim();
  return since === "" ? "never" : new Date(since);
}
