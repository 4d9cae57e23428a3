import { Command } from "commander";
import { localCloudName } from "../local/paths";
import { UserError } from "../lib/errors";
import { commandBehindDashes } from "./operands";
import { runInForeground } from "../lib/terminal/foreground";
import { type Way, waysOf } from "../stack/ssh/config";
import { onMachine, stackState } from "../stack/ssh/way";

export function sshCommand(): Command {
  return new Command("ssh")
    .description("open a shell or run a command on a machine, through the load balancer and with pinned host keys")
    .argument("<machine>", "e.g. app-1")
    .argument("[command...]", "the command and its arguments, after --")
    .option("--stack <name>", "the stack (default: the local one)")
    .passThroughOptions()
    .action(async (machine: string, command: string[], options: { stack?: string }) => {
      process.exitCode = await ssh(options.stack ?? localCloudName(), machine, commandBehindDashes(command));
    });
}

/** Gives ssh's exit code, which is that of the command. */
async function ssh(stack: string, name: string, command: readonly string[]): Promise<number> {
  const way = findWay(waysOf(await stackState(stack)), name, stack);
  return onMachine(stack, way, command, runInForeground);
}

function findWay(ways: readonly Way[], name: string, stack: string): Way {
  const way = ways.find(
    ({ machine }) => machine === name || `${stack}-${machine}` === name || machine === `${stack}-${name}`,
  );
  if (way) return way;
  const known = ways.map(({ machine }) => machine).join(", ") || "none";
  throw new UserError(`there is no machine "${name}" in the stack "${stack}"; its machines: ${known}`);
}
