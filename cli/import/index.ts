import { statSync } from "node:fs";
import { Command } from "commander";
import { stackOption } from "../options";
import { DatabaseMachine } from "../../stack/database/machine";
import { replaceDatabase, requireNoOtherJob } from "../../stack/database/replacing";
import { UserError } from "../../lib/errors";
import { size } from "../../stack/database/plan";
import { underLease } from "../../stack/pulumi/underLease";
import { counted } from "../../lib/text";
import { createProgress } from "../../lib/terminal/progress";
import { askForConsent } from "../../lib/terminal/confirm";

interface ImportPlan {
  readonly database: string;
  readonly tables: number;
  readonly rows: number;
}

/** `holdfast import`: imports an existing PostgreSQL database. */
export function importCommand(): Command {
  return new Command("import")
    .description("import an existing PostgreSQL database from a dump or from its server")
    .requiredOption("--from <dump|address>", "a dump file of pg_dump, or postgresql://USER@HOST/NAME")
    .addOption(stackOption())
    .option("--yes", "do not ask before the current database is replaced")
    .addHelpText("after", "\nGive a server's password in PGPASSWORD: every user of this computer can read arguments.")
    .action(async (options: { from: string; stack: string; yes?: boolean }) => {
      const machine = await DatabaseMachine.of(options.stack);
      process.exitCode = await bringIn(machine, options.from, options.yes ?? false);
    });
}

async function bringIn(machine: DatabaseMachine, from: string, yes: boolean): Promise<number> {
  const address = addressOf(from);
  await requireNoOtherJob(machine);
  const bytes = address ? 0 : sizeOf(from);
  const plan = await machine.ask<ImportPlan>(["plan-import", String(bytes)], address ? { source: address } : {});
  const present = `${counted(plan.tables, "table")} with about ${counted(plan.rows, "row")}`;
  const question = [
    `Import ${address ? `from ${new URL(address).host}` : `${from} (${size(bytes)})`} into stack "${machine.stack}":`,
    `  database ${plan.database} has ${present} now; what is in it until the swap stays in a second database beside it`,
    "  the new database is loaded and checked while the app runs; then the app stops for the swap alone,",
    "  and starts again when its release has migrated the new database",
  ].join("\n");
  if (yes) console.log(question);
  await askForConsent(question, yes);

  const source = address ?? (await uploadDump(machine, from, bytes));
  return underLease(machine.stack, machine.state, "import", async () => {
    const code = await machine.runJob("load", { source });
    if (code === 0) return replaceDatabase(machine, "import", {}, { migrate: true });
    console.error("nothing was imported, and the app was not stopped");
    return code;
  });
}

/** The address with its password, which may have any character; undefined for a file. @throws UserError */
export function addressOf(from: string, password = process.env.PGPASSWORD ?? ""): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(from)) return undefined;
  const url = parse(from);
  if (url.password)
    throw new UserError(
      "--from: every user of this computer can read a password in an argument; give it in PGPASSWORD",
    );
  if (/[\r\n\0]/.test(password)) throw new UserError("PGPASSWORD has a line end, which no password file can hold");
  // A percent sign would otherwise be taken for the begin of an escape.
  url.password = encodeURIComponent(password);
  return url.href;
}

function parse(from: string): URL {
  const url = URL.canParse(from) ? new URL(from) : undefined;
  if (url?.hostname) return url;
  // The text itself may hold a password.
  throw new UserError(
    "--from is no address of one server: write postgresql://USER@HOST/NAME, with each of : / ? # [ ] @ in a user's name as " +
      "%3A %2F %3F %23 %5B %5D %40, and the password in PGPASSWORD",
  );
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    throw new UserError(`--from ${path}: there is no such file; write a dump's path, or postgresql://USER@HOST/NAME`);
  }
  return found.size;
}

function uploadDump(machine: DatabaseMachine, path: string, bytes: number): Promise<string> {
  return createProgress().step({ title: `Sending ${path}` }, (say) =>
    machine.upload(path, ["receive", String(bytes)], (sent) => say(`${size(sent)} of ${size(bytes)}`)),
  );
}
