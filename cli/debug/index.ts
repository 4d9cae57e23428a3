import { parsePrintable } from "../../lib/printable";
import { Command } from "commander";
import { hostname, userInfo } from "node:os";
import { stackOption, wholeNumber } from "../options";
import { agentPaths } from "../../roles/app/agent";
import { lastLines, run } from "../../lib/run";
import { quote } from "../../lib/text";
import { UserError } from "../../lib/errors";
import { type Target, targetOf } from "../../stack/ssh/targets";
import { onMachine } from "../../stack/ssh/route";
import { stackState } from "../../stack/pulumi/project";
import { freePort, tunnelOptions } from "../../stack/ssh/tunnels";
import { keepSession } from "./session";

/** One instance, as `holdfast-rotation show --json` on its machine says it. */
export interface InstanceState {
  readonly instance: number;
  readonly name: string;
  readonly port: number;
  readonly debugPort: number | null;
  readonly state: "ready" | "drain" | "maint";
  readonly holds: readonly { readonly owner: string; readonly who: string; readonly since: string }[];
}

interface Options {
  readonly stack: string;
  readonly instance: number;
  readonly asIs?: boolean;
  readonly force?: boolean;
  readonly done?: boolean;
}

/** `holdfast debug`: takes one instance out of rotation for one person, and puts it back afterwards. */
export function debugCommand(): Command {
  return new Command("debug")
    .description("take an instance out of rotation, start it for debugging, open a tunnel and follow its log")
    .argument("<machine>", "e.g. app-1")
    .option("--instance <number>", "number of the instance on the machine", wholeNumber, 1)
    .option("--as-is", "only drain the instance; do not restart its process")
    .option("--force", "also when it is the last instance that serves visitors")
    .option(
      "--done",
      "end the debug session on this instance, also when another person started it, and put the instance back",
    )
    .addOption(stackOption())
    .addHelpText(
      "after",
      "\nThe session ends when you press Ctrl-C, when this program ends, or 20 s after the connection is lost. The machine then puts" +
        "\nthe instance back by itself. The group `debug` in the release's holdfast.yaml says how it is started and on which port.",
    )
    .action(async (word: string, options: Options) => {
      const { stack } = options;
      const target = targetOf(await stackState(stack), stack, word);
      process.exitCode = options.done
        ? await endSession(stack, target, options.instance)
        : await session(stack, target, options);
    });
}

async function session(stack: string, target: Target, options: Options): Promise<number> {
  const state = await instanceState(stack, target, options.instance);
  const debugged = state.debugPort !== null && options.asIs !== true;
  const tunnels = [
    { local: await freePort(state.port), remote: state.port },
    ...(debugged ? [{ local: await freePort(state.debugPort), remote: state.debugPort }] : []),
  ];
  console.error(`${state.name}: http://127.0.0.1:${tunnels[0]?.local} reaches this instance only`);
  if (tunnels[1]) console.error(`${state.name}: its debugger listens on 127.0.0.1:${tunnels[1].local}`);
  else if (options.asIs !== true)
    console.error(`${state.name}: its release names no debug port, so there is no tunnel to a debugger`);
  const command = [
    ...[
      "sudo",
      agentPaths.debug,
      "session",
      String(options.instance),
      "--who",
      quote(`${userInfo().username}@${hostname()}`),
    ],
    ...(options.asIs ? ["--as-is"] : []),
    ...(options.force ? ["--force"] : []),
  ];
  return onMachine(stack, target, command, (program, args) =>
    keepSession(program, [...tunnelOptions(tunnels), ...args]),
  );
}

async function endSession(stack: string, target: Target, instance: number): Promise<number> {
  const command = ["sudo", agentPaths.debug, "done", String(instance)];
  const done = await onMachine(stack, target, command, (program, args) => run(program, args));
  if (done.code !== 0) throw new UserError(`${target.machine}: ${lastLines(done)}`);
  console.log(`${target.machine}: instance ${instance} is back`);
  return 0;
}

/** @throws when the machine has no such instance */
async function instanceState(stack: string, target: Target, instance: number): Promise<InstanceState> {
  const command = ["sudo", agentPaths.rotation, "show", "--json"];
  const shown = await onMachine(stack, target, command, (program, args) => run(program, args));
  if (shown.code !== 0) {
    throw new UserError(`${target.machine} runs no instances:  ${lastLines(shown)}`);
  }
  const states = parsePrintable(shown.stdout) as InstanceState[];
  const state = states.find((one) => one.instance === instance);
  if (state) return state;
  throw new UserError(
    `${target.machine} has no instance ${instance}; it has ${states.map((one) => one.instance).join(", ")}`,
  );
}
