import type { ServerHostKeyAlgorithm } from "ssh2";
import type { Connection, JumpHost } from "./connection";

/**
 * Host keys seen at the first contact, in OpenSSH's form (`ssh-ed25519 AAAA…`): of the machine itself under `machine`, of
 * jump hosts and of the machine that keeps the lease under their server id or, where that is not told, `host:port`.
 */
export type HostKeys = Readonly<Record<string, string>>;

/** Under which name the key of another machine is pinned: a replaced server may show a new one once. */
export function pinOf(jump: Pick<JumpHost, "host" | "port" | "serverId">): string {
  return jump.serverId ?? `${jump.host}:${String(jump.port ?? 22)}`;
}

/** Without the pins of machines that are no longer used. */
export function keepKnownHosts(
  hostKeys: HostKeys,
  connection: Connection,
  lease?: Connection & { readonly serverId?: string },
): HostKeys {
  const others = [...(connection.via ?? []), ...(lease ? [lease, ...(lease.via ?? [])] : [])];
  const used = new Set(["machine", ...others.map(pinOf)]);
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
