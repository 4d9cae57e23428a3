import { printable } from "../../lib/printable";
import { messageOf } from "../../lib/errors";
import { Command } from "commander";
import { stackOption } from "../options";
import { quote } from "../../lib/text";
import { type RemoteLines, startLines } from "../../stack/ssh/lines";
import { type Target, targetsOf } from "../../stack/ssh/targets";
import { onMachine } from "../../stack/ssh/route";
import { stackState } from "../../stack/pulumi/project";
import { hasColours, prefixer } from "../../lib/terminal/colour";
import { byTime, type Entry, SortingBuffer, WholeMessages } from "./entries";

/** Units that `logs` shows of each role, unless `--unit` names others. */
const unitsOfRole: Readonly<Record<string, readonly string[]>> = {
  app: ["app@*", "app-migrate", "holdfast-agent", "holdfast-debug@*"],
  loadBalancer: ["haproxy", "keepalived", "holdfast-floating-ip-keeper"],
  database: ["postgresql*", "pgbackrest*"],
  monitor: ["prometheus*"],
};
/** Units of roll-outs, on each machine. */
const unitsOfAll = ["holdfast-apply@*"];

interface Options {
  readonly stack: string;
  readonly follow?: boolean;
  readonly since?: string;
  readonly unit?: readonly string[];
  readonly lines: string;
}

/** `holdfast logs`: shows the logs of machines, merged in order of time. */
export function logsCommand(): Command {
  return new Command("logs")
    .description("show the logs of machines, merged in order of time")
    .argument("[machine-or-role]", "e.g. app-1, app or load-balancer", "app")
    .option("-f, --follow", "keep showing new lines until Ctrl-C")
    .option("--since <time>", "start time as journalctl reads it, e.g. -1h, today, '2026-11-24 10:00'")
    .option("--lines <number>", "lines of each machine (without --since)", "100")
    .option("--unit <name...>", "these systemd units instead of the role's units, e.g. 'app@1' or ssh")
    .addOption(stackOption())
    .action(async (word: string, options: Options) => {
      const { stack } = options;
      const targets = targetsOf(await stackState(stack), stack, word);
      process.exitCode = await logs(stack, targets, options);
    });
}

/** The command for the shell of a machine. */
export function journalLine({ roles }: Pick<Target, "roles">, options: Omit<Options, "stack">): string {
  const { follow, since, unit, lines } = options;
  const units = unit ?? [...roles.flatMap((role) => unitsOfRole[role] ?? []), ...unitsOfAll];
  return [
    // Without --all, a message above 4 KiB is left out.
    "sudo journalctl --quiet --no-pager --all --output=json",
    "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,PRIORITY,_STREAM_ID,_LINE_BREAK",
    ...(follow ? ["--follow"] : []),
    since === undefined ? `--lines=${quote(lines)}` : `--since=${quote(since)}`,
    ...units.map((name) => `--unit=${quote(name)}`),
  ].join(" ");
}

/** Gives the exit code: 1 if a machine could not be asked. The others are shown all the same. */
async function logs(stack: string, targets: readonly Target[], options: Options): Promise<number> {
  const prefix = prefixer(
    targets.map(({ machine }) => machine),
    hasColours(),
  );
  const show = (entry: Entry) => console.log(prefix(entry.machine, formatEntry(entry)));
  const collected: Entry[] = [];
  const settling = new SortingBuffer(show);
  const take =
    options.follow === true ? (entry: Entry) => settling.add(entry) : (entry: Entry) => collected.push(entry);
  const timer = setInterval(() => settling.release(), 200);

  const running: RemoteLines[] = [];
  let stopped = false;
  const stop = () => {
    stopped = true;
    running.forEach((remote) => remote.stop());
  };
  process.on("SIGINT", stop);
  // `holdfast logs | head` closes the pipe.
  process.stdout.on("error", stop);
  const codes = await Promise.all(
    targets.map((target) =>
      onMachine(stack, target, [journalLine(target, options)], async (program, args) => {
        const complain = (line: string) => {
          // After Ctrl-C a broken connection is expected.
          if (!stopped) console.error(prefix(target.machine, line));
        };
        const remote = startLines(program, args, complain);
        running.push(remote);
        for await (const entry of entriesOf(target.machine, remote)) take(entry);
        return remote.ended;
      }).catch((error: unknown) => {
        console.error(prefix(target.machine, printable(messageOf(error))));
        return 1;
      }),
    ),
  );
  process.off("SIGINT", stop);
  clearInterval(timer);
  settling.releaseAll();
  for (const entry of collected.sort(byTime)) show(entry);
  // After Ctrl-C, ssh's exit code means nothing.
  return !stopped && codes.some((code) => code !== 0) ? 1 : 0;
}

async function* entriesOf(machine: string, { lines }: RemoteLines): AsyncGenerator<Entry> {
  const whole = new WholeMessages(machine);
  for await (const line of lines) yield* whole.read(line);
  yield* whole.rest();
}

/** Further lines of a message are indented, so that none looks like an entry. e.g. `2026-11-24 10:00:00.123  app-1  ready on port 8001` */
export function formatEntry({ at, source, message }: Entry): string {
  const time = new Date(Number(at / 1000n)).toISOString().replace("T", " ").replace("Z", "");
  return `${time}  ${source}  ${message.replaceAll("\n", "\n    ")}`;
}
