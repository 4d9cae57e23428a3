import { messageOf } from "../../lib/errors";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { utils, type AnyAuthMethod } from "ssh2";
import { readVariable } from "../../lib/environmentVariables";

/** A key for logins, with its name for error messages. */
export interface Credential {
  readonly name: string;
  methodFor(user: string): AnyAuthMethod;
}

/**
 * The keys for logins, in order: the file in HOLDFAST_SSH_KEY_FILE alone; otherwise the SSH agent, then
 * ~/.ssh/id_ed25519 and id_rsa. They are read when they are used: a key is never an input and never in the state.
 *
 * @throws when HOLDFAST_SSH_KEY_FILE names an unusable file, or there is no key
 */
export function findCredentials(keyFile?: string): Credential[] {
  const named = readVariable("HOLDFAST_SSH_KEY_FILE") ?? keyFile;
  if (named) {
    const credential = fromFile(named);
    if (credential instanceof Error) throw new Error(`HOLDFAST_SSH_KEY_FILE=${named}: ${credential.message}`);
    return [credential];
  }
  const found: Credential[] = [];
  const agent = process.env.SSH_AUTH_SOCK;
  if (agent && existsSync(agent)) {
    found.push({ name: "the SSH agent", methodFor: (username) => ({ type: "agent", username, agent }) });
  }
  const skipped: string[] = [];
  const files = [join(homedir(), ".ssh/id_ed25519"), join(homedir(), ".ssh/id_rsa")];
  for (const file of files.filter((path) => existsSync(path))) {
    const credential = fromFile(file);
    if (credential instanceof Error) skipped.push(`${file}: ${credential.message}`);
    else found.push(credential);
  }
  if (found.length > 0) return found;
  throw new Error(
    [
      "There is no SSH key to log in with: HOLDFAST_SSH_KEY_FILE is not set, no SSH agent runs, and none of these can be",
      `used: ${files.join(", ")}.`,
      ...skipped,
    ].join("\n"),
  );
}

function fromFile(file: string): Credential | Error {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    return new Error(`cannot be read (${messageOf(error)})`);
  }
  const key = utils.parseKey(content);
  if (key instanceof Error) {
    return /passphrase|encrypted/i.test(key.message)
      ? new Error("has a passphrase; add it to the SSH agent (ssh-add) instead")
      : new Error(`is no private key (${key.message})`);
  }
  return { name: file, methodFor: (username) => ({ type: "publickey", username, key: content }) };
}
