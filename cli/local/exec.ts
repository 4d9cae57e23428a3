import { Command } from "commander";
import { enterCommand } from "../../local/machines/enter";
import { localCloudName } from "../../local/paths";
import { UserError } from "../../lib/errors";
import { commandBehindDashes } from "../options";
import { runInForeground } from "../../lib/terminal/foreground";
import { cloudStatus, findMachine, requireDaemon } from "../../stack/local/client";

export function execCommand(): Command {
  return new Command("exec")
    .description("run a command inside a machine as root, without the network; it works when SSH does not")
    .argument("<machine>", "e.g. app-1")
    .argument("<command...>", "the command and its arguments, after --")
    .passThroughOptions()
    .action(async (name: string, command: string[]) => {
      const daemon = await requireDaemon();
      const machine = findMachine((await cloudStatus(daemon)).machines, name, localCloudName());
      if (machine.initPid === null) {
        throw new UserError(`machine ${machine.name} is ${machine.status}: nothing can run in it`);
      }
      const [program = "", ...args] = [...enterCommand(machine.initPid), ...commandBehindDashes(command)];
      process.exitCode = await runInForeground(program, args);
    });
}
