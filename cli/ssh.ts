import { Command } from "commander";
import { runInForeground } from "../lib/terminal/foreground";
import { targetOf } from "../stack/ssh/targets";
import { onMachine } from "../stack/ssh/route";
import { stackState } from "../stack/pulumi/project";
import { commandBehindDashes, stackOption } from "./options";

export function sshCommand(): Command {
  return new Command("ssh")
    .description("open a shell or run a command on a machine, through the load balancer and with pinned host keys")
    .argument("<machine>", "e.g. app-1")
    .argument("[command...]", "the command and its arguments, after --")
    .addOption(stackOption())
    .passThroughOptions()
    .action(async (machine: string, command: string[], { stack }: { stack: string }) => {
      const target = targetOf(await stackState(stack), stack, machine);
      // ssh's exit code is that of the command.
      process.exitCode = await onMachine(stack, target, commandBehindDashes(command), runInForeground);
    });
}
