import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LOCAL_TOKEN_PREFIX } from "../../local/identity";
import { localCloudOf } from "../localCloud";

/** An endpoint where no program listens: a preview from nothing does not call the API. */
const NO_ENDPOINT = "http://127.0.0.1:9/v1";

/**
 * Environment in place of an account or a running local cloud. Local stacks get an endpoint on this computer and a
 * key, others a token, unless the caller has one. Key and token open nothing.
 *
 * @param folder for the key
 */
export function targetEnvironment(
  stack: string,
  folder: string,
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  if (!localCloudOf(stack)) {
    return { HCLOUD_TOKEN: given.HCLOUD_TOKEN ?? "preview-only-".padEnd(64, "x") };
  }
  const key = join(folder, stack, "admin");
  mkdirSync(dirname(key), { recursive: true });
  writeFileSync(`${key}.pub`, `${publicKey()} admin@${stack}\n`);
  return {
    HCLOUD_ENDPOINT: NO_ENDPOINT,
    HETZNER_ENDPOINT: NO_ENDPOINT,
    HCLOUD_TOKEN: LOCAL_TOKEN_PREFIX.padEnd(64, "0"),
    HOLDFAST_SSH_KEY_FILE: key,
  };
}

/**
 * An Ed25519 public key in OpenSSH's form (RFC 8709) without a private half. It is the same in every preview, so that
 * two previews can be compared.
 */
export function publicKey(): string {
  const parts = [Buffer.from("ssh-ed25519"), createHash("sha256").update("holdfast preview").digest()];
  const body = Buffer.concat(parts.flatMap((part) => [length(part), part]));
  return `ssh-ed25519 ${body.toString("base64")}`;
}

function length(part: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(part.length);
  return bytes;
}
