import type { ServerHostKeyAlgorithm } from "ssh2";
import type { Connection, JumpHost } from "../inputs";

/**
 * Host keys seen at the first contact, in OpenSSH's form (`ssh-ed25519 AAAA…`): of the machine itself under `machine`, of
 * jump hosts under their server id or, where that is not told, `host:port`.
 */
export type HostKeys = Readonly<Record<string, string>>;

/** Under which name the key of a jump host is pinned: a replaced server may show a new one once. */
export function pinOf(jump: JumpHost): string {
  return jump.serverId ?? `${jump.host}:${String(jump.port ?? 22)}`;
}

/** Without the pins of jump hosts that are no longer used. */
export function withoutForgotten(hostKeys: HostKeys, connection: Connection): HostKeys {
  const used = new Set(["machine", ...(connection.via ?? []).map(pinOf)]);
  return Object.fromEntries(Object.entries(hostKeys).filter(([name]) => used.has(name)));
}

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
