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

/** Any length. */
const any = undefined;

/**
 * Kinds of keys that machines accept: bytes of each field that follows the kind in their bodies (RFC 4253, 5656, 8709 and
 * OpenSSH's PROTOCOL.u2f).
 */
const fieldsOfKind: Readonly<Record<string, readonly (number | undefined)[]>> = {
  "ssh-ed25519": [32],
  "ssh-rsa": [any, any],
  "ecdsa-sha2-nistp256": [8, 65],
  "ecdsa-sha2-nistp384": [8, 97],
  "ecdsa-sha2-nistp521": [8, 133],
  "sk-ssh-ed25519@openssh.com": [32, any],
  "sk-ecdsa-sha2-nistp256@openssh.com": [8, 65, any],
};

/** Why a text is no public key that machines accept. */
export interface KeyMistake {
  readonly wrong: string;
  /** @default a new key */
  readonly fix?: string;
}

const kindOfKey = /^(ssh-|ecdsa-|sk-)\S+$/;

/** Whether a setting is meant as a key rather than as the path of one. Options of an authorized_keys file may stand before it. */
export function looksLikeKey(text: string): boolean {
  return /(^|\s)(ssh-|ecdsa-|sk-)\S+\s+AAAA/.test(text) || /^(ssh-|ecdsa-|sk-)\S+\s/.test(text);
}

/** Other forms in which keys are kept, by a text that only they contain. */
const otherForms: readonly (readonly [RegExp, KeyMistake])[] = [
  [/PRIVATE KEY/, { wrong: "is a private key" }],
  [
    /PuTTY-User-Key-File/,
    {
      wrong: "is a private key in PuTTY's form",
      fix: "name the public key: `puttygen FILE -O public-openssh -o FILE.pub`",
    },
  ],
  [
    /BEGIN SSH2 PUBLIC KEY/,
    { wrong: "is in the form of RFC 4716", fix: "convert it: `ssh-keygen -i -f FILE >NEW.pub`" },
  ],
  [
    /BEGIN (RSA )?PUBLIC KEY/,
    {
      wrong: "is in PEM's form",
      fix: "convert it: `ssh-keygen -i -m PKCS8 -f FILE >NEW.pub` (`-m PEM` for a file that begins with BEGIN RSA)",
    },
  ],
  [
    /[\0\ufffd]/,
    { wrong: "is no plain text (perhaps UTF-16, which PowerShell's `>` writes)", fix: "save it as UTF-8" },
  ],
];

/** Parses the one public key of a text, e.g. of a .pub file; comments, empty lines and all kinds of line ends are ignored. */
export function parsePublicKey(text: string): PublicKey | KeyMistake {
  const other = otherForms.find(([form]) => form.test(text));
  if (other) return other[1];
  const [line = "", ...more] = text
    .replace(/^\ufeff/, "")
    .split(/[\r\n]+/)
    .map((each) => each.trim())
    .filter((each) => each !== "" && !each.startsWith("#"));
  if (more.length > 0 && more.some(looksLikeKey)) {
    return {
      wrong: `holds ${more.length + 1} keys`,
      fix: "write each key as an entry of its own, as text or as a file",
    };
  }
  return more.length > 0 ? { wrong: "is not a public key in OpenSSH's form" } : parseLine(line);
}

function parseLine(line: string): PublicKey | KeyMistake {
  const [type = "", body = "", ...comment] = line.split(/\s+/);
  if (type === "ssh-dss") return { wrong: "is a DSA key, which OpenSSH no longer accepts" };
  if (/-cert-v\d+@openssh\.com$/.test(type)) {
    return { wrong: "is a certificate", fix: "name the key that it was made for (the .pub file without -cert)" };
  }
  if (!(type in fieldsOfKind)) {
    return looksLikeKey(line) && !kindOfKey.test(type)
      ? { wrong: "has options before the key", fix: "write a group: `{ name, key, from, expires }`" }
      : { wrong: "is not a public key in OpenSSH's form" };
  }
  // A second key in the comment: somebody joined two lines, and its owner would be locked out.
  const keys = 1 + comment.filter((word) => word.startsWith("AAAA") && word.length > 40).length;
  if (keys > 1) return { wrong: `holds ${keys} keys`, fix: "write each key as an entry of its own" };
  return isWhole(type, body) ? { type, body, comment: comment.join(" ") } : { wrong: "is cut or damaged" };
}

/** Whether a body has all its fields and nothing behind them, so that nothing was cut or mixed up. */
function isWhole(type: string, body: string): boolean {
  const blob = Buffer.from(body, "base64");
  if (blob.toString("base64").replace(/=+$/, "") !== body.replace(/=+$/, "")) return false;
  const fields = fieldsOf(blob);
  const size = fields.reduce((sum, field) => sum + 4 + field.length, 0);
  const [name, ...values] = fields;
  const wanted = fieldsOfKind[type] ?? [];
  return (
    size === blob.length &&
    name?.toString("latin1") === type &&
    values.length === wanted.length &&
    values.every(({ length }, index) => length > 0 && length === (wanted[index] ?? length))
  );
}

/** Whether a key is on a security key, which our own SSH client (ssh2) cannot ask. */
export function isOnSecurityKey({ type }: PublicKey): boolean {
  return type.startsWith("sk-");
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
