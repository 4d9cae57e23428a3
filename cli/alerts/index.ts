import { Command } from "commander";
import { setTimeout as sleep } from "node:timers/promises";
import { hostname, userInfo } from "node:os";
import { alertRules } from "../../alerts";
import { UserError } from "../../lib/errors";
import { type Colours, coloursFor } from "../../lib/terminal/colour";
import { stackState } from "../../stack/pulumi/project";
import { type OpenAlert, openAlerts, type Silence, silences } from "../../stack/monitor/alerts";
import { askMonitor, requireMonitor, type Watcher } from "../../stack/monitor/machine";
import { ago } from "../../stack/status/figures";
import { stackOption } from "../options";
import { type ChannelResult, testChannels } from "./test";

interface Options {
  readonly stack: string;
}

/** Exit code when something is open, or a message did not arrive. */
const OPEN = 1;

/** `holdfast alerts`: what the monitor says is wrong, silences, and a test of every channel. */
export function alertsCommand(): Command {
  return new Command("alerts")
    .description("show what the monitor says is wrong, keep it from being told for a while, or test every channel")
    .addOption(stackOption())
    .option("--json", "for programs")
    .addHelpText("after", `\nExit code: 0 when nothing is open, ${OPEN} when something is.`)
    .action(async ({ stack, json }: Options & { json?: boolean }) => {
      const [open, quiet] = await ask(stack, (watcher) => Promise.all([openAlerts(watcher), silences(watcher)]));
      console.log(
        json ? JSON.stringify({ open, silences: quiet }, undefined, 2) : alertsText(open, quiet, coloursFor()),
      );
      if (open.some(({ told }) => told === "told")) process.exitCode = OPEN;
    })
    .addCommand(silenceCommand())
    .addCommand(unsilenceCommand())
    .addCommand(testCommand());
}

function silenceCommand(): Command {
  return new Command("silence")
    .description("keep an alert from being told for a while; it stays open")
    .argument("<alert>", "its name, e.g. DiskFills")
    .addOption(stackOption())
    .requiredOption("--reason <text>", "why; others see it")
    .option("--for <time>", "for how long, e.g. 30m, 2h or 3d", "2h")
    .option("--machine <name>", "on this machine only")
    .action(async (name: string, options: Options & { reason: string; for: string; machine?: string }) => {
      const seconds = secondsOf(options.for);
      requireRule(name);
      const now = Date.now();
      const { silenceID } = await ask(options.stack, (watcher) =>
        watcher.alertmanager<{ silenceID: string }>("/silences", {
          matchers: [equals("alertname", name), ...(options.machine ? [equals("machine", options.machine)] : [])],
          startsAt: new Date(now).toISOString(),
          endsAt: new Date(now + seconds * 1000).toISOString(),
          createdBy: `${userInfo().username}@${hostname()}`,
          comment: options.reason,
        }),
      );
      console.log(`${name} is silent for ${ago(seconds)}. To end it: npx holdfast alerts unsilence ${silenceID}`);
    });
}

function unsilenceCommand(): Command {
  return new Command("unsilence")
    .description("end a silence")
    .argument("<id>", "as `holdfast alerts` shows it")
    .addOption(stackOption())
    .action(async (id: string, { stack }: Options) => {
      if (!/^[0-9a-f-]{36}$/.test(id))
        throw new UserError(`"${id}" is no silence: \`npx holdfast alerts\` shows their ids`);
      await ask(stack, (watcher) => watcher.deleteSilence(id));
    });
}

function testCommand(): Command {
  return new Command("test")
    .description("send a message by every channel, and say which did not arrive")
    .addOption(stackOption())
    .action(async ({ stack }: Options) => {
      const results = await ask(stack, (watcher) => testChannels(watcher, (seconds) => sleep(seconds * 1000)));
      console.log(testText(results, coloursFor()));
      if (results.some(({ arrived }) => !arrived)) process.exitCode = OPEN;
    });
}

async function ask<T>(stack: string, question: (watcher: Watcher) => Promise<T>): Promise<T> {
  return askMonitor(stack, requireMonitor(await stackState(stack), stack), question);
}

const equals = (name: string, value: string) => ({ name, value, isRegex: false, isEqual: true });

function requireRule(name: string): void {
  const names = alertRules
    .filter(({ severity }) => severity === "page" || severity === "notice")
    .map((rule) => rule.name);
  if (!names.includes(name)) throw new UserError(`there is no alert "${name}"; there are ${names.join(", ")}`);
}

const units: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

function secondsOf(written: string): number {
  const [, number = "", unit = ""] = /^(\d{1,4})([mhd])$/.exec(written) ?? [];
  const seconds = Number(number) * (units[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw new UserError(`"${written}" is no time: write e.g. 30m, 2h or 3d`);
}

/** What is open, for people. */
export function alertsText(
  open: readonly OpenAlert[],
  quiet: readonly Silence[],
  colours: Colours,
  now = Date.now(),
): string {
  const since = (moment: string) => ago((now - Date.parse(moment)) / 1000);
  return [
    ...(open.length === 0 ? [colours.green("Nothing is open")] : []),
    ...open.flatMap(({ name, severity, summary, first, since: begun, told }) => [
      (severity === "page" ? colours.red : colours.yellow)(
        `${severity === "page" ? "!" : "-"} ${name}: ${summary} (for ${since(begun)}${told === "told" ? "" : `, ${told}`})`,
      ),
      `    ${first}`,
    ]),
    ...quiet.map(({ id, comment, createdBy, endsAt, matchers }) => {
      const what = matchers.map(({ value }) => value).join(" on ");
      const left = ago((Date.parse(endsAt) - now) / 1000);
      return `Silenced     ${what} for another ${left} by ${createdBy}: ${comment} (${id})`;
    }),
  ].join("\n");
}

/** Which channels work, for people. */
export function testText(results: readonly ChannelResult[], colours: Colours): string {
  return results
    .map(({ channel, arrived, seconds, reason }) =>
      arrived
        ? colours.green(`${channel}: arrived after ${Math.round(seconds)} s`)
        : colours.red(`${channel}: did not arrive: ${reason ?? "no reason is known"}`),
    )
    .join("\n");
}
