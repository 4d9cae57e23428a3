import { createHash } from "node:crypto";

/** Fields of SSH's wire form, each after its length; what is cut ends the list. */
export function fieldsOf(bytes: Buffer): Buffer[] {
  if (bytes.length < 4) return [];
  const end = 4 + bytes.readUInt32BE(0);
  return end > bytes.length ? [] : [bytes.subarray(4, end), ...fieldsOf(bytes.subarray(end))];
}

/** The kind of a key, e.g. `ssh-ed25519`: the first field of its body. */
export function kindOf(body = ""): string {
  return fieldsOf(Buffer.from(body, "base64"))[0]?.toString("latin1") ?? "";
}

/** A public key of a list such as authorized_keys. */
export interface ListedKey {
  /** Base64. */
  readonly body: string;
  readonly comment: string;
}

/** The public keys of a text in the form of authorized_keys. */
export function listedKeys(text: string): ListedKey[] {
  return text.split("\n").flatMap((line) => {
    const found = /(?:^|\s)(?:ssh|ecdsa|sk)-\S+\s+(AAAA[A-Za-z0-9+/]+=*)\s*(.*)$/.exec(line);
    return found?.[1] === undefined || line.startsWith("#") ? [] : [{ body: found[1], comment: found[2] ?? "" }];
  });
}

/** As `ssh-keygen -l` shows it. */
export function fingerprintOf(body: string): string {
  return `SHA256:${createHash("sha256").update(Buffer.from(body, "base64")).digest("base64").replace(/=+$/, "")}`;
}
