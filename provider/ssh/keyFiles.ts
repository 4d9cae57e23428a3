import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ParsedKey, utils } from "ssh2";
import { messageOf } from "../../lib/errors";
import { fieldsOf, kindOf, listedKeys } from "./keyText";

/** A private key of a file. */
export interface PrivateKey {
  /** In a form that ssh2 and OpenSSH read. */
  readonly text: string;
  readonly key: ParsedKey;
}

/** Why a file is no key to log in with. */
export class KeyFileError extends Error {
  /** @param publicKey the public half where it is known, as it stands in a .pub file: an agent may hold the key */
  constructor(
    message: string,
    readonly publicKey?: string,
  ) {
    super(message);
  }
}

/**
 * Reads a private key. Windows line ends, a byte order mark and a missing last line end are mended: OpenSSH refuses such
 * files with words that name none of it.
 *
 * @throws KeyFileError
 */
export function readPrivateKey(path: string): PrivateKey {
  const text = normalised(read(path));
  if (text.startsWith("PuTTY-User-Key-File")) {
    throw new KeyFileError("is in PuTTY's form; convert it with `puttygen FILE -O private-openssh -o NEW`");
  }
  const [listed] = listedKeys(text);
  if (listed) throw new KeyFileError("is a public key, and the SSH agent does not hold its private half", listed.body);
  if (isLocked(text)) {
    throw new KeyFileError("has a passphrase; add it to the SSH agent (ssh-add) instead", publicHalf(text, path));
  }
  const key = utils.parseKey(asPkcs1(text));
  if (key instanceof Error) {
    const isTouched = kindOf(publicHalf(text, path)).startsWith("sk-");
    throw new KeyFileError(
      isTouched
        ? "is on a security key, which only `npx holdfast ssh` and `run` can use"
        : `is no private key (${key.message})`,
    );
  }
  if (key.type === "ssh-dss") throw new KeyFileError("is a DSA key, which OpenSSH no longer accepts");
  return { text, key };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new KeyFileError(`cannot be read (${messageOf(error)})`);
  }
}

function normalised(text: string): string {
  return `${text
    .replace(/^\ufeff/, "")
    .replace(/\r\n?/g, "\n")
    .trim()}\n`;
}

/** ssh2 knows PKCS#1 and SEC1, which hold the same as PKCS#8. */
function asPkcs1(text: string): string {
  if (!text.startsWith("-----BEGIN PRIVATE KEY-----")) return text;
  try {
    const key = createPrivateKey(text);
    const type = key.asymmetricKeyType === "ec" ? "sec1" : "pkcs1";
    return key.export({ type, format: "pem" }).toString();
  } catch {
    return text;
  }
}

/** Whether a passphrase protects a key. */
function isLocked(text: string): boolean {
  const parts = openSshParts(text);
  if (parts) return parts[0]?.toString() !== "none";
  return /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text);
}

/** The public half of a key that cannot be used: OpenSSH's form holds it in the open; else that of the file beside it. */
function publicHalf(text: string, path: string): string | undefined {
  const own = openSshParts(text)?.[3];
  if (own) return own.toString("base64");
  try {
    return listedKeys(readFileSync(`${path}.pub`, "utf8"))[0]?.body;
  } catch {
    return undefined;
  }
}

const magic = Buffer.from("openssh-key-v1\0");

/** Cipher, derivation, its options and the public key of OpenSSH's own form (its PROTOCOL.key). */
function openSshParts(text: string): Buffer[] | undefined {
  const body = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([^-]+)/.exec(text)?.[1];
  const bytes = body === undefined ? undefined : Buffer.from(body, "base64");
  if (!bytes?.subarray(0, magic.length).equals(magic)) return undefined;
  const [cipher, derivation, options] = fieldsOf(bytes.subarray(magic.length));
  if (!cipher || !derivation || !options) return undefined;
  // Behind the options stands how many keys follow: four bytes.
  const start = magic.length + 12 + cipher.length + derivation.length + options.length + 4;
  const [publicKey] = fieldsOf(bytes.subarray(start));
  return publicKey && [cipher, derivation, options, publicKey];
}
