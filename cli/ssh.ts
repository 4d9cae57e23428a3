import { Command } from "commander";
import { localCloudName } from "../local/paths";
import { UserError } from "../lib/errors";
import { commandBehindDashes } from "./operands";
import { runInForeground } from "../lib/terminal/foreground";
import { type Route, routesOf } from "../stack/ssh/config";
import { onMachine, stackState } from "../stack/ssh/route";

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
  const route = findWay(routesOf(await stackState(stack)), name, stack);
  return onMachine(stack, route, command, runInForeground);
}

function findWay(routes: readonly Route[], name: string, stack: string): Route {
  const route = routes.find(
    ({ machine }) => machine === name || `${stack}-${machine}` === name || machine === `${stack}-${name}`,
  );
  if (route) return route;
  const known = routes.map(({ machine }) => machine).join(", ") || "none";
  throw new UserError(`there is no machine "${name}" in the stack "${stack}"; its machines: ${known}`);
}
