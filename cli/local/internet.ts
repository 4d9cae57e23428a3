import { Command } from "commander";
import { localCloudName } from "../../local/paths";
import { commandBehindDashes } from "../options";
import { runInForeground } from "../../lib/terminal/foreground";
import { visitorCommand } from "../../stack/local/visitors";

export function internetCommand(): Command {
  return new Command("internet")
    .description("run a command on the visitors' side of the edge router, e.g. curl or a load generator")
    .argument("<command...>", "the command and its arguments, after --")
    .passThroughOptions()
    .action(async (command: string[]) => {
      const [program = "", ...args] = visitorCommand(localCloudName(), commandBehindDashes(command));
      process.exitCode = await runInForeground(program, args);
    });
}
