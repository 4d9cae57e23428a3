import { Command } from "commander";
import { report } from "../lib/errors";
import { commands } from "./commands";

async function main(): Promise<void> {
  const program = new Command("holdfast")
    .description("A Hetzner Cloud stack for small companies, rehearsed on one Linux computer before it costs a cent")
    // What stands behind `--` belongs to the command that is run on a machine.
    .enablePositionalOptions();
  const called = commands[process.argv[2] ?? ""];
  // Help and mistakes need all of them, to list them or to name the one that was meant.
  for (const load of called ? [called] : Object.values(commands)) program.addCommand(load());
  await program.parseAsync();
}

main().catch((error: unknown) => {
  process.exitCode = report(error);
});
