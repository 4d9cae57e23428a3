import { createHash } from "node:crypto";

/** A public key as OpenSSH writes it, taken apart. */
export interface PublicKey {
  /** e.g. `ssh-ed25519` */
  readonly type: string;
  /** Base64 */
  readonly body: string;
  readonly comment: string;
}

const keyTypes = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];

/** Whether a setting is meant as a key rather than as the path of one. */
export function looksLikeKey(text: string): boolean {
  return /^(ssh-|ecdsa-|sk-)\S+\s/.test(text);
}

/** Parses a public key; returns what is wrong with it as text otherwise. */
export function parsePublicKey(text: string): PublicKey | string {
  if (text.includes("PRIVATE KEY")) return "is a private key";
  const [type = "", body = "", ...comment] = text.trim().split(/\s+/);
  if (type === "ssh-dss") return "is a DSA key, which OpenSSH no longer accepts";
  if (!keyTypes.includes(type)) return "is not a public key in OpenSSH's form";
  const blob = Buffer.from(body, "base64");
  // The body repeats its type, length first: the cheapest proof that nothing was cut or mixed up.
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  if (blob.subarray(4, 4 + length).toString("latin1") !== type || blob.length < length + 36) {
    return "is cut or damaged";
  }
  return { type, body, comment: comment.join(" ") };
}

/** OpenSSH's one line. */
export function formatPublicKey({ type, body, comment }: PublicKey): string {
  return [type, body, comment].filter((part) => part !== "").join(" ");
}

/** Twelve hexadecimal digits that stay the same for a key whatever its comment: what resources are named by. */
export function keyId(key: PublicKey): string {
  return createHash("sha256").update(key.body).digest("hex").slice(0, 12);
}
