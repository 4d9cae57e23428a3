import { homedir } from "node:os";
import { join } from "node:path";
import { existsSync } from "node:fs";
import { readVariable } from "../../lib/environmentVariables";
import { messageOf } from "../../lib/errors";
import type { Credential, Credentials } from "./credential";
import { agentCredential, listAgentKeys } from "./agent";
import { KeyFileError, readPrivateKey } from "./keyFiles";
import { kindOf, type ListedKey } from "./keyText";

/**
 * The keys for logins, in order: the file in HOLDFAST_SSH_KEY_FILE alone; otherwise those of the SSH agent, then
 * ~/.ssh/id_ed25519, id_ecdsa and id_rsa. They are read when they are used: a key is never an input and never in the
 * state. A file that has a passphrase, or a .pub file, stands for the key that the agent holds.
 *
 * @throws when HOLDFAST_SSH_KEY_FILE names an unusable file, or there is no key
 */
export async function findCredentials(keyFile?: string): Promise<Credentials> {
  const agent = await agentKeys();
  const named = readVariable("HOLDFAST_SSH_KEY_FILE") ?? keyFile;
  if (named) {
    const credential = fromFile(named, agent.usable);
    if (credential instanceof Error) throw new Error(`HOLDFAST_SSH_KEY_FILE=${named}: ${credential.message}`);
    return { usable: [credential], leftOut: [] };
  }
  const files = ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(homedir(), ".ssh", name));
  const read = files.filter((path) => existsSync(path)).map((path) => [path, fromFile(path, agent.usable)] as const);
  const found = [...agent.usable, ...read.flatMap(([, each]) => (each instanceof Error ? [] : [each]))];
  const leftOut = [
    ...agent.leftOut,
    ...read.flatMap(([path, each]) => (each instanceof Error ? [`${path} ${each.message}`] : [])),
  ];
  const usable = found.filter(
    ({ publicKey }, index) => found.findIndex((other) => other.publicKey === publicKey) === index,
  );
  if (usable.length > 0) return { usable, leftOut };
  throw new Error(
    [
      `There is no SSH key to log in with: HOLDFAST_SSH_KEY_FILE is not set, and neither the SSH agent nor ${files.join(", ")} has one.`,
      ...leftOut,
    ].join("\n"),
  );
}

/** Keys that a machine is known to accept come first: it ends the connection after a few others. */
export function inOrder(usable: readonly Credential[], known: readonly ListedKey[] = []): readonly Credential[] {
  const bodies = new Set(known.map(({ body }) => body));
  const isKnown = ({ publicKey }: Credential) => publicKey !== undefined && bodies.has(publicKey);
  return [...usable.filter(isKnown), ...usable.filter((credential) => !isKnown(credential))];
}

async function agentKeys(): Promise<Credentials> {
  const path = process.env.SSH_AUTH_SOCK;
  if (!path) return { usable: [], leftOut: ["No SSH agent is named by SSH_AUTH_SOCK."] };
  let held: ListedKey[];
  try {
    held = await listAgentKeys(path);
  } catch (error) {
    return { usable: [], leftOut: [`The SSH agent at ${path} ${messageOf(error)}.`] };
  }
  if (held.length === 0) {
    return { usable: [], leftOut: ["The SSH agent holds no key, or is locked (ssh-add -X unlocks it)."] };
  }
  const tried = held.map((key) => [key, agentCredential(path, key)] as const);
  return {
    usable: tried.flatMap(([, credential]) => credential ?? []),
    leftOut: tried.flatMap(([{ body, comment }, credential]) =>
      credential ? [] : [`The SSH agent's ${kindOf(body)} ${comment} is of a kind that only OpenSSH itself can use.`],
    ),
  };
}

function fromFile(file: string, agent: readonly Credential[]): Credential | Error {
  try {
    const { key } = readPrivateKey(file);
    const publicKey = key.getPublicSSH().toString("base64");
    return { name: file, publicKey, methodFor: (username) => ({ type: "publickey", username, key }) };
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    const held = agent.find(({ publicKey }) => publicKey !== undefined && publicKey === error.publicKey);
    return held ? { ...held, name: `${file}, by the SSH agent` } : error;
  }
}
