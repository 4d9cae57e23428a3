import { createHash } from "node:crypto";

/** A public key as OpenSSH writes it, taken apart. */
export interface PublicKey {
  /** e.g. `ssh-ed25519` */
  readonly type: string;
  /** Base64 */
  readonly body: string;
  readonly comment: string;
}

/** A key of somebody who looks after the machines, and what limits it. */
export interface AdminKey extends PublicKey {
  /** Whose it is. */
  readonly name?: string;
  /** The only sources that machines accept it from: addresses and ranges. @default all */
  readonly from?: readonly string[];
  /** The last day, in UTC, on which machines accept it: `2027-06-30`. @default it never expires */
  readonly expires?: string;
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

/** As sshd writes it into its log: `SHA256:…`. */
export function fingerprintOf({ body }: PublicKey): string {
  const digest = createHash("sha256").update(Buffer.from(body, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** Whom a key is called by: the name of the settings, else its comment, else its fingerprint. */
export function ownerOf(key: AdminKey): string {
  return key.name ?? (key.comment || fingerprintOf(key));
}

/** Bits of an RSA key's modulus; undefined for other kinds. */
export function rsaBits({ type, body }: PublicKey): number | undefined {
  if (type !== "ssh-rsa") return undefined;
  const [, , modulus] = fieldsOf(Buffer.from(body, "base64"));
  return modulus?.length ? BigInt(`0x${modulus.toString("hex")}`).toString(2).length : 0;
}

/** A key's body is a list of fields, each after its length. */
function fieldsOf(blob: Buffer): Buffer[] {
  if (blob.length < 4) return [];
  const end = 4 + blob.readUInt32BE(0);
  return [blob.subarray(4, end), ...fieldsOf(blob.subarray(end))];
}
