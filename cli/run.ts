import { messageOf } from "../lib/errors";
import { Command } from "commander";
import { printable } from "../lib/printable";
import { quote } from "../lib/text";
import { type RemoteLines, startLines } from "../stack/ssh/lines";
import { type Target, targetsOf } from "../stack/ssh/targets";
import { commandBehindDashes, stackOption } from "./options";
import { onMachine } from "../stack/ssh/route";
import { stackState } from "../stack/pulumi/project";
import { hasColours, prefixer } from "../lib/terminal/colour";
import { askForConsent } from "../lib/terminal/confirm";
import { table } from "../lib/terminal/table";

/** The result on one machine. */
interface Answer {
  readonly machine: string;
  readonly code: number;
  /** Seconds. */
  readonly duration: number;
}

/** `holdfast run`: runs a command on one machine, or on all of a role one after the other. */
export function runCommand(): Command {
  return new Command("run")
    .description("run a command on a machine, or on all machines of a role, one after the other")
    .argument("<machine-or-role>", "e.g. app-1, or app")
    .argument("<command...>", "the command and its arguments, after --; the machine's shell interprets a single word")
    .addOption(stackOption())
    .option("--yes", "do not ask before running on more than one machine")
    .addHelpText("after", "\nExit code: the command's own, or that of the first machine on which it failed.")
    .action(async (word: string, command: string[], { stack, yes = false }: Options) => {
      const targets = targetsOf(await stackState(stack), stack, word);
      const line = commandLine(commandBehindDashes(command));
      if (targets.length > 1) {
        const names = targets.map(({ machine }) => machine).join(", ");
        await askForConsent(`Run \`${line}\` on ${names} of "${stack}".`, yes);
      }
      const answers = await runOnEach(stack, targets, line);
      if (targets.length > 1) console.log(summary(answers, targets.length));
      process.exitCode = answers.find(({ code }) => code !== 0)?.code ?? 0;
    });
}

interface Options {
  readonly stack: string;
  readonly yes?: boolean;
}

/** Several words arrive unchanged. A single word is a line for the shell (`'systemctl status app@1 | head'`). */
export function commandLine(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? "") : words.map(quote).join(" ");
}

async function runOnEach(stack: string, targets: readonly Target[], line: string): Promise<Answer[]> {
  const prefix = prefixer(
    targets.map(({ machine }) => machine),
    hasColours(),
  );
  const shown = ({ machine }: Target, text: string) => (targets.length > 1 ? prefix(machine, text) : text);
  const answers: Answer[] = [];
  let running: RemoteLines | undefined;
  let interrupted = false;
  const stop = () => {
    interrupted = true;
    running?.stop();
  };
  process.on("SIGINT", stop);
  for (const target of targets) {
    if (interrupted) break;
    const begun = performance.now();
    const complain = (text: string) => console.error(shown(target, text));
    const code = await onMachine(stack, target, [line], async (program, args) => {
      running = startLines(program, args, complain);
      for await (const text of running.lines) console.log(shown(target, printable(text)));
      const code = await running.ended;
      return interrupted ? 130 : code;
    }).catch((error: unknown) => {
      // The command runs on the other machines all the same.
      complain(printable(messageOf(error)));
      return 255;
    });
    answers.push({ machine: target.machine, code, duration: (performance.now() - begun) / 1000 });
  }
  process.off("SIGINT", stop);
  return answers;
}

/** The meaning of exit codes: 255 is ssh's own, 130 is Ctrl-C. */
function result(code: number): string {
  const known: Readonly<Record<number, string>> = { 0: "done", 130: "interrupted", 255: "not reached" };
  return known[code] ?? `exit code ${code}`;
}

/** One line for each machine, and on how many the command succeeded. */
export function summary(answers: readonly Answer[], asked = answers.length): string {
  const rows = answers.map(({ machine, code, duration }) => [machine, result(code), `${duration.toFixed(1)} s`]);
  const done = answers.filter(({ code }) => code === 0).length;
  return `\n${table(["MACHINE", "RESULT", "TIME"], rows)}\n${done} of ${asked} machines done`;
}
