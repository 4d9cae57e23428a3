import { Command } from "commander";
import { table } from "../lib/terminal/table";
import { adminOf, owners } from "../stack/people/keys";
import { askWho, type People } from "../stack/people/program";
import { askEach, type Reply } from "../stack/ssh/askEach";
import { allTargets } from "../stack/ssh/targets";
import { keyFile } from "../stack/ssh/identities";
import { stackState } from "../stack/pulumi/project";
import { stackOption } from "./options";

/** Seconds until a machine accepts the connection; four times as many until it has looked through its log. */
const limit = 5;

/** `holdfast who`: says which person is and was logged in on which machine. */
export function whoCommand(): Command {
  return new Command("who")
    .description("show who is logged in on each machine, and when each person last was, by their keys")
    .addOption(stackOption())
    .option("--json", "for programs")
    .addHelpText("after", "\nPeople are called as in holdfast:admin.sshKeys. Logs of machines go back one month.")
    .action(async ({ stack, json }: { stack: string; json?: boolean }) => {
      const routes = allTargets(await stackState(stack));
      const replies = await askEach(routes, { limit, keyFile: keyFile(stack) }, askWho);
      const seen = visits(replies, owners(adminOf(stack)));
      console.log(json ? JSON.stringify(seen, undefined, 2) : whoText(seen));
      if (seen.unreachable.length > 0) process.exitCode = 1;
    });
}

/** One row of the answer. */
export interface Visit {
  readonly person: string;
  readonly machine: string;
  readonly now: boolean;
  /** ISO 8601: when the session began. */
  readonly since: string;
  /** The address that it came from. */
  readonly from: string;
  readonly fingerprint: string;
}

/** Open sessions first, then the last login with each key on each machine. */
export function visits(
  replies: ReadonlyMap<string, Reply<People>>,
  names: ReadonlyMap<string, string>,
): { readonly visits: readonly Visit[]; readonly unreachable: readonly { machine: string; reason: string }[] } {
  const all = [...replies].flatMap(([machine, reply]) => {
    if (!("said" in reply)) return [];
    const { open, last } = reply.said;
    const logins = [
      ...open.map((login) => ({ ...login, now: true })),
      ...last
        .filter(({ at, fingerprint }) => !open.some((one) => one.at === at && one.fingerprint === fingerprint))
        .map((login) => ({ ...login, now: false })),
    ];
    return logins.map(({ at, source, fingerprint, now }) => ({
      person: names.get(fingerprint) ?? "a key that the settings do not name",
      machine,
      now,
      since: new Date(at * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
      from: source,
      fingerprint,
    }));
  });
  const newest = [...all].sort((a, b) => Number(b.now) - Number(a.now) || b.since.localeCompare(a.since));
  const unreachable = [...replies].flatMap(([machine, reply]) =>
    "said" in reply ? [] : [{ machine, reason: reply.unreachable }],
  );
  return { visits: newest, unreachable };
}

function whoText({ visits: rows, unreachable }: ReturnType<typeof visits>): string {
  const cells = rows.map(({ person, machine, now, since, from, fingerprint }) => [
    person,
    machine,
    now ? `now, since ${since}` : since,
    from,
    fingerprint,
  ]);
  return [
    table(["PERSON", "MACHINE", "LOGGED IN", "FROM", "KEY"], cells),
    ...unreachable.map(({ machine, reason }) => `${machine} was not asked: ${reason}`),
  ].join("\n");
}
