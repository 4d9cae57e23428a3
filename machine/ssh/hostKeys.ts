import type { ServerHostKeyAlgorithm } from "ssh2";

/**
 * Host keys seen at the first contact, in OpenSSH's form (`ssh-ed25519 AAAA…`): of the machine itself under `machine`, of
 * jump hosts under their server id or, where that is not told, `host:port`.
 */
export type HostKeys = Readonly<Record<string, string>>;

/** A key as it is sent in the handshake: its type comes first, with its length before it. */
export function formatHostKey(raw: Buffer): string {
  const type = raw.subarray(4, 4 + raw.readUInt32BE(0)).toString("latin1");
  return `${type} ${raw.toString("base64")}`;
}

/** A server has several keys: with one pinned, only that kind may be used, another one would look like a change. */
export function algorithmsFor(pinned: string | undefined): ServerHostKeyAlgorithm[] | undefined {
  const type = pinned?.split(" ")[0];
  if (!type) return undefined;
  return (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]) as ServerHostKeyAlgorithm[];
}
