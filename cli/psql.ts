import { Command } from "commander";
import { databasePaths } from "../roles/database/paths";
import { runInForeground } from "../lib/terminal/foreground";
import { quote } from "../lib/text";
import { databaseTarget } from "../stack/database/machine";
import { stackState } from "../stack/pulumi/project";
import { onMachine } from "../stack/ssh/route";
import { commandBehindDashes, stackOption } from "./options";

/** `holdfast psql`: psql on the machine with the database, with the rights of the app and no more. */
export function psqlCommand(): Command {
  return new Command("psql")
    .description("look into the app's database with psql, as the app's own role")
    .argument(
      "[options...]",
      "psql's options, after --, e.g. `-- -c 'SELECT count(*) FROM users'`; SQL may come by stdin",
    )
    .addOption(stackOption())
    .passThroughOptions()
    .addHelpText("after", "\nExit code: psql's own.")
    .action(async (options: string[], { stack }: { stack: string }) => {
      const target = databaseTarget(await stackState(stack), stack);
      const { programs, service } = databasePaths;
      const words = [`${programs}/psql`, `service=${service}`, ...commandBehindDashes(options)];
      process.exitCode = await onMachine(stack, target, [words.map(quote).join(" ")], (program, args) =>
        runInForeground(program, process.stdin.isTTY ? ["-t", ...args] : args),
      );
    });
}
