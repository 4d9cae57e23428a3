import { Command } from "commander";
import { parseSettings } from "../blueprint/parseSettings";
import type { Admin } from "../blueprint/resolve/admin";
import { type AdminKey, fingerprintOf, formatPublicKey, keyId, ownerOf } from "../blueprint/sshKeys";
import { messageOf, UserError } from "../lib/errors";
import { askForConsent } from "../lib/terminal/confirm";
import { table } from "../lib/terminal/table";
import { quote } from "../lib/text";
import { CloudApi, requireToken } from "../stack/cloud/api";
import { adminOf, keysMeant } from "../stack/people/keys";
import { possessions } from "../stack/people/possessions";
import { askWho, type People, revokeOn, type Revocation } from "../stack/people/program";
import { moveToRevoked } from "../stack/people/settings";
import { Project, stackState } from "../stack/pulumi/project";
import { readSettingsFile } from "../stack/settingsFile";
import { askEach, type Reply } from "../stack/ssh/askEach";
import { keyFile } from "../stack/ssh/identities";
import { allTargets } from "../stack/ssh/targets";
import { stackOption } from "./options";

/** Seconds: until a machine accepts the connection, and until it has refused the key and ended its sessions. */
const patience = { limit: 10, patience: 120 };

/** `holdfast revoke`: takes somebody's key away from all machines at once. */
export function revokeCommand(): Command {
  return new Command("revoke")
    .description("take a person's keys away from all machines at once, end their sessions, and list what else they had")
    .argument(
      "<person-or-key...>",
      "a name or comment from holdfast:admin.sshKeys, a fingerprint, or a whole public key",
    )
    .addOption(stackOption())
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      "\nIt waits for no lease and for no other command. What it did not reach it names: run it again then. Exit code 1 until all is done.",
    )
    .action(async (words: string[], { stack, yes = false }: { stack: string; yes?: boolean }) => {
      const word = words.join(" ");
      const admin = adminOf(stack);
      const keys = keysMeant(admin, word);
      requireAnotherKey(admin, keys);
      const routes = allTargets(await stackState(stack));
      const asked = await askEach(routes, { ...patience, keyFile: keyFile(stack) }, askWho);
      requireOtherLogin(asked, keys);
      await askForConsent(`Revoke ${keys.map(describe).join(", ")} on all machines of "${stack}".`, yes);

      console.log(moveToRevoked(stack, keys));
      const lines = keys.map(formatPublicKey);
      const reached = routes.filter(({ machine }) => "said" in (asked.get(machine) ?? {}));
      const replies = await askEach(reached, { ...patience, keyFile: keyFile(stack) }, (session) =>
        revokeOn(session, lines),
      );
      const results = new Map([...asked].map(([machine, reply]) => [machine, replies.get(machine) ?? failed(reply)]));
      console.log(table(["MACHINE", "RESULT"], rows(results)));
      console.log(await withoutCloudKeys(stack, keys));
      if (![...results.values()].every((reply) => "said" in reply)) {
        console.log(`Not done everywhere. Repeat it: npx holdfast revoke ${quote(word)} --stack ${stack} --yes`);
        process.exitCode = 1;
      }
      console.log(whatElse(stack));
    });
}

function describe(key: AdminKey): string {
  return `${ownerOf(key)} (${fingerprintOf(key)})`;
}

/** @throws UserError when nobody could log in afterwards */
export function requireAnotherKey({ sshKeys }: Admin, keys: readonly AdminKey[]): void {
  const ids = new Set(keys.map(keyId));
  const today = new Date().toISOString().slice(0, 10);
  if (sshKeys.some((key) => !ids.has(keyId(key)) && (key.expires === undefined || key.expires >= today))) return;
  throw new UserError(
    "this would leave no key that is valid, and nobody could log in any more. First add another one to " +
      "holdfast:admin.sshKeys and run `pulumi up`. Nothing was done.",
  );
}

/** @throws UserError when no machine answers, or one was reached with a key that is to be revoked */
export function requireOtherLogin(asked: ReadonlyMap<string, Reply<People>>, keys: readonly AdminKey[]): void {
  const answers = [...asked].flatMap(([machine, reply]) => ("said" in reply ? [[machine, reply.said] as const] : []));
  const prints = new Set(keys.map(fingerprintOf));
  const own = answers.find(([, { own }]) => prints.has(own));
  if (own) {
    throw new UserError(
      `you are logged in with this key yourself (on ${own[0]}), and the command would end its own connection. Use another ` +
        "key: set HOLDFAST_SSH_KEY_FILE, or take this one out of the SSH agent (ssh-add -d). Nothing was done.",
    );
  }
  if (answers.length > 0) return;
  const reasons = [...asked].map(([machine, reply]) => `  ${machine}: ${"said" in reply ? "" : reply.unreachable}`);
  throw new UserError(["no machine could be reached, and nothing was done:", ...reasons].join("\n"));
}

function failed(reply: Reply<People>): Reply<Revocation> {
  return "said" in reply ? { unreachable: "it was not asked" } : reply;
}

function rows(results: ReadonlyMap<string, Reply<Revocation>>): string[][] {
  return [...results].map(([machine, reply]) => [
    machine,
    "said" in reply ? said(reply.said) : `NOT DONE: ${reply.unreachable}`,
  ]);
}

/** What was done on a machine, in words. */
export function said({ was, ended, unknown }: Revocation): string {
  const sessions = ended.map(({ source, at }) => `from ${source} since ${new Date(at * 1000).toISOString()}`);
  return [
    was.length > 0 ? "refused from now on" : "refused; it was not accepted before either",
    sessions.length > 0 ? `${sessions.length} ended: ${sessions.join(", ")}` : "no session with it",
    ...(unknown.length > 0
      ? [
          `the log no longer names the key of sessions that go on: end them with \`sudo systemctl kill ${unknown.join(" ")}\` if in doubt`,
        ]
      : []),
  ].join("; ");
}

/** Deletes the keys in Hetzner's project, which new servers are made with; says what was done. */
async function withoutCloudKeys(stack: string, keys: readonly AdminKey[]): Promise<string> {
  const names = new Set(keys.map((key) => `${stack}-${keyId(key)}`));
  try {
    const api = new CloudApi(requireToken(await (await Project.open(stack)).target()));
    const found = (await api.list("ssh_keys")).filter(({ name }) => names.has(name));
    for (const { id } of found) await api.delete(`/ssh_keys/${id}`);
    return `Hetzner's project: ${found.length > 0 ? `deleted ${found.map(({ name }) => name).join(", ")}` : "has none of these keys"}`;
  } catch (error) {
    return `Hetzner's project still has the key, because ${messageOf(error)}\nThe next \`pulumi up\` deletes it; until then only new servers would be made with it.`;
  }
}

function whatElse(stack: string): string {
  const { sections } = parseSettings(readSettingsFile(stack));
  const lines = possessions(stack, sections).map(({ what, todo }) => [`  ${what}`, todo]);
  return `\nWhat else the person had, and how to make it worthless:\n${table(["  WHAT", "DO"], lines)}`;
}
