import { Command } from "commander";
import { stackOption } from "../options";
import { foreignFiles } from "../../roles/database/backup/key";
import { databasePaths } from "../../roles/database/paths";
import { DatabaseMachine } from "../../stack/database/machine";
import { replaceDatabase, requireNoOtherJob } from "../../stack/database/replacing";
import { keyOfFile, keyOfStack } from "../../stack/database/repositoryKey";
import { UserError } from "../../lib/errors";
import { underLease } from "../../stack/pulumi/underLease";
import { askForConsent } from "../../lib/terminal/confirm";
import { askMigrationTime, mayMigrate } from "./migration";
import { parseMoment } from "../../stack/database/moment";
import { describePlan, type RestorePlan } from "../../stack/database/plan";

interface Options {
  readonly to?: string;
  readonly stack: string;
  readonly into?: string;
  readonly key?: string;
  readonly yes?: boolean;
  readonly forget?: boolean;
  readonly migrate?: boolean;
}

/** Folder on the database machine for the files of another repository, while they are there: as in foreign.py. */
const FOREIGN = "/run/holdfast-backup/foreign";

/** `holdfast restore`: restores the database to a moment. */
export function restoreCommand(): Command {
  return new Command("restore")
    .description("restore the database to a moment, or into another stack")
    .option("--to <moment>", 'latest, "2026-11-24 10:30:15" (this computer\'s time) or 2026-11-24T10:30:15Z')
    .addOption(stackOption())
    .option("--into <name>", "the stack that gets the data, e.g. staging from prod (default: the same stack)")
    .option(
      "--key <file>",
      "restore from the backups that this key file opens (`holdfast backup key` writes it), of any stack",
    )
    .option("--yes", "do not ask before the current database is replaced")
    .option("--migrate", "run the migration again, after a restore to a moment before it")
    .option("--no-migrate", "start the release on the restored database without a migration")
    .option("--forget", "restore nothing; delete the databases that earlier restores kept")
    .action(async (options: Options) => {
      const { stack } = options;
      if (options.forget) console.log((await (await DatabaseMachine.of(stack)).tell(["forget"])).trim());
      else process.exitCode = await restore(stack, options);
    });
}

async function restore(stack: string, options: Options): Promise<number> {
  if (options.to === undefined) throw new UserError('name the moment: --to latest, or --to "2026-11-24 10:30:15"');
  const target = parseMoment(options.to);
  const into = options.into ?? stack;
  const machine = await DatabaseMachine.of(into);
  await requireNoOtherJob(machine);
  const { from, files } = await source(stack, into, options.key);
  const request = { target: target?.toISOString() ?? "latest", ...(files && { files }) };
  const plan = await machine.ask<RestorePlan>(["plan"], request);
  // Data of another stack was never migrated by this release, or its own records say that it was.
  const asks = target !== undefined && !files && options.migrate === undefined;
  const migrated = asks ? await askMigrationTime(machine) : "never";
  const migrate = mayMigrate(target, migrated, options.migrate);
  const description = describePlan(plan, { from, into, target });
  if (options.yes) console.log(description);
  await askForConsent(description, options.yes ?? false);

  return underLease(into, machine.state, "restore", () => replaceDatabase(machine, "restore", request, { migrate }));
}

/** The repository that is read: the stack's own, or another one with the key to it. */
async function source(stack: string, into: string, keyFile: string | undefined) {
  if (keyFile === undefined && stack === into) return { from: stack };
  const key = keyFile === undefined ? await keyOfStack(stack) : keyOfFile(keyFile);
  return { from: key.stack, files: foreignFiles(key, FOREIGN, databasePaths.data) };
}
