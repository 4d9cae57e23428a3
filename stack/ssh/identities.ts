import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { readVariable } from "../../lib/environmentVariables";
import { listAgentKeys } from "../../provider/ssh/agent";
import { KeyFileError, readPrivateKey } from "../../provider/ssh/keyFiles";
import { kindOf, listedKeys, type ListedKey } from "../../provider/ssh/keyText";
import { localCloudOf } from "../localCloud";
import type { Route } from "./config";

/** The private key: that of the environment, else that of the local cloud; undefined: what OpenSSH uses by default. */
export function keyFile(stack: string): string | undefined {
  const { adminKey } = localCloudOf(stack) ?? {};
  return readVariable("HOLDFAST_SSH_KEY_FILE") ?? (adminKey && existsSync(adminKey) ? adminKey : undefined);
}

/**
 * The keys that OpenSSH shall offer; none: what it offers by itself. An agent may hold more keys than a machine lets
 * anybody try, so those that the stack's machines accept are the only ones, if there is one.
 *
 * @param folder private and temporary, for public keys of the agent, and for a key that OpenSSH cannot read as it is
 */
export async function identities(stack: string, { accepted = [] }: Route, folder: string): Promise<string[]> {
  const file = keyFile(stack);
  if (file !== undefined) return [readable(file, folder)];
  const isAccepted = ({ body }: ListedKey) => accepted.some((key) => key.body === body);
  const held = (await agentKeys()).filter(isAccepted).map(({ body }, index) => {
    const path = join(folder, `${String(index)}.pub`);
    writeFileSync(path, `${kindOf(body)} ${body}\n`, { mode: 0o600 });
    return path;
  });
  const files = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"]
    .map((name) => join(homedir(), ".ssh", name))
    .filter((path) => existsSync(path) && existsSync(`${path}.pub`))
    .filter((path) => listedKeys(readFileSync(`${path}.pub`, "utf8")).some(isAccepted));
  return [...held, ...files];
}

/** Line ends of Windows and a missing last one make OpenSSH say "error in libcrypto": it gets a copy without them. */
function readable(file: string, folder: string): string {
  try {
    const { text } = readPrivateKey(file);
    if (text === readFileSync(file, "utf8")) return file;
    const copy = join(folder, "key");
    writeFileSync(copy, text, { mode: 0o600 });
    return copy;
  } catch (error) {
    // OpenSSH asks for the passphrase, or for the security key; or it says what is wrong.
    if (error instanceof KeyFileError) return file;
    throw error;
  }
}

async function agentKeys(): Promise<ListedKey[]> {
  const path = process.env.SSH_AUTH_SOCK;
  if (!path) return [];
  return listAgentKeys(path).catch(() => []);
}
