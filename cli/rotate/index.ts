import { Argument, Command } from "commander";
import { phasesOf, type RotatedSecret, rotatedSecrets } from "../../blueprint/rotations";
import { UserError } from "../../lib/errors";
import { askForConsent } from "../../lib/terminal/confirm";
import { createProgress } from "../../lib/terminal/progress";
import { table } from "../../lib/terminal/table";
import { stackState } from "../../stack/pulumi/project";
import { updateStack } from "../../stack/pulumi/update";
import { secretsOf, type StackSecret, stepsToGo } from "../../stack/secrets";
import { ago } from "../../stack/status/figures";
import type { StackState } from "../../stack/state";
import { stackOption } from "../options";
import { askNewToken, sayOfOldToken } from "./failoverToken";
import { oldLogins, proofsOfRefusal } from "./refused";

interface Flags {
  readonly stack: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `holdfast rotate`: shows how old a stack's secrets are, and puts new ones in the place of old ones. */
export function rotateCommand(): Command {
  return new Command("rotate")
    .description("show a stack's secrets and their age, or give some of them new values while the app serves")
    .addArgument(new Argument("[secret...]", "which ones; without any, all are shown").choices(rotatedSecrets))
    .addOption(stackOption())
    .option("--yes", "do not ask")
    .option("--json", "without a secret: for programs")
    .addHelpText(
      "after",
      "\nEach step is a `pulumi up` with the settings as they are. If one fails or is interrupted, run the command again: it " +
        "goes on there. `failover-token` reads the new token from a prompt, or from standard input.",
    )
    .action(async (wanted: readonly RotatedSecret[], { stack, yes = false, json = false }: Flags) => {
      const secrets = secretsOf(await stackState(stack));
      if (wanted.length === 0) {
        console.log(json ? JSON.stringify(secrets, undefined, 2) : describeSecrets(secrets, Date.now() / 1000));
        return;
      }
      const unknown = wanted.filter((secret) => !secrets.some(({ name }) => name === secret));
      if (unknown.length > 0) {
        const names = secrets.map(({ name }) => name).join(", ") || "none";
        throw new UserError(`the stack "${stack}" has no secret ${unknown.join(", ")}; it has: ${names}`);
      }
      await rotate(stack, [...new Set(wanted)], yes);
    });
}

async function rotate(stack: string, secrets: readonly RotatedSecret[], yes: boolean): Promise<void> {
  const state = await stackState(stack);
  const rounds = roundsOf(secrets, state);
  const again = `npx holdfast rotate ${secrets.join(" ")} --stack ${stack}`;
  const what = secrets.map((secret) => `  ${secret}: ${consequence[secret]}`).join("\n");
  await askForConsent(
    `Rotate these secrets of "${stack}", in ${rounds.length} updates:\n${what}\n` +
      "Changes of the settings that were not rolled out yet go along.",
    yes,
  );
  const token = secrets.includes("failover-token") ? await askNewToken(stack) : undefined;
  const old = await oldLogins(stack, secrets);
  for (const [index, round] of rounds.entries()) {
    const message = `rotate ${secrets.join(", ")}: update ${index + 1} of ${rounds.length}`;
    const doings = round.map(([secret, step]) => `  ${doing[secret][(step - 1) % phasesOf[secret]] ?? ""}`);
    console.log([`\n${message}`, ...doings].join("\n"));
    const environment = { HOLDFAST_ROTATE: round.map(([secret, step]) => `${secret}=${step}`).join(",") };
    const code = await updateStack(stack, { message, refresh: false, progress: createProgress(), environment });
    if (code === 0) continue;
    throw new UserError(
      `the update failed, and nothing was taken away that somebody still uses. Mend the reason, then run \`${again}\`: it ` +
        "goes on here.",
    );
  }
  for (const line of await proofsOfRefusal(stack, old)) console.log(line);
  if (token) await sayOfOldToken(token);
  for (const line of secrets.flatMap((secret) => afterwards[secret] ?? [])) console.log(line);
}

/** The updates that are left, each with the steps that it takes. */
export function roundsOf(
  secrets: readonly RotatedSecret[],
  state: StackState,
): readonly (readonly (readonly [RotatedSecret, number])[])[] {
  const left = secrets.map((secret) => [secret, stepsToGo(secret, state)] as const);
  const count = Math.max(...left.map(([, steps]) => steps.length));
  return Array.from({ length: count }, (_, round) =>
    left.flatMap(([secret, steps]) => {
      const step = steps[round];
      return step === undefined ? [] : [[secret, step] as const];
    }),
  );
}

/** What each update of a rotation does. */
const doing: Readonly<Record<RotatedSecret, readonly string[]>> = {
  database: [
    "instances go over to a second login, in turn, so that nobody needs the old password",
    "PostgreSQL takes the new password for the old one, sessions with the old one end, instances come back, in turn",
    "PostgreSQL forgets the second login's password",
  ],
  ca: [
    "a new authority; the app machines trust both, in turn",
    "the database shows a certificate of the new one, then the app machines forget the old one, in turn",
  ],
  storage: [
    "a new key beside the old one on the storage, then the database machine uses it; a new password of the box",
    "the storage forgets the old key",
  ],
  releases: ["a new password for the store of releases"],
  "backup-passphrase": [
    "the database machine learns the new passphrase; waits for a backup that is being made",
    "the repositories get it, and pgBackRest uses it",
    "the database machine forgets the old one",
  ],
  "failover-token": ["the load balancers get the new token, the standby first"],
};

const consequence: Readonly<Record<RotatedSecret, string>> = {
  database: "Instances restart in turn, twice; no request fails.",
  ca: "Instances restart in turn, twice; no request fails.",
  storage: "Backups go on.",
  releases: "A build that sends a release in that second fails and has to be repeated.",
  "backup-passphrase": "Backups go on; PostgreSQL's log waits some seconds.",
  "failover-token": "The address stays where it is.",
};

const afterwards: Readonly<Partial<Record<RotatedSecret, string>>> = {
  storage:
    "Put the new key into the safe: `npx holdfast backup key --out FILE`. Old snapshots of the box still let the old one in.",
  releases: "Give pipelines the new password: `pulumi stack output releaseStore --show-secrets`.",
  "backup-passphrase":
    "Put the new key into the safe: `npx holdfast backup key --out FILE`. All backups stay restorable with it. Old snapshots " +
    "of the box, and files that somebody copied before, still open with the old passphrase.",
};

/** The table for people. @param now seconds since 1970 */
export function describeSecrets(secrets: readonly StackSecret[], now: number): string {
  const rows = secrets.map(({ name, what, place, unfinished, ...age }) => [
    name,
    what,
    place,
    `${ageOf(age, now)}${unfinished ? `; UNFINISHED: npx holdfast rotate ${name}` : ""}`,
  ]);
  return table(["SECRET", "WHAT", "WHERE, BESIDE THE STATE", "AGE"], rows);
}

function ageOf({ since, before }: Pick<StackSecret, "since" | "before">, now: number): string {
  if (since !== undefined) return ago(now - Date.parse(since) / 1000);
  return before === undefined ? "unknown" : `unknown, before ${before.slice(0, 10)}`;
}
