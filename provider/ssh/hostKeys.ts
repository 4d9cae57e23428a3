import type { ServerHostKeyAlgorithm } from "ssh2";
import type { Connection, JumpHost } from "./connection";

/**
 * Host keys of the first contact, in OpenSSH's form (`ssh-ed25519 AAAA…`). That of the machine has the name
 * `machine`. Those of jump hosts and of the machine that keeps the lease have their server id, else `host:port`.
 */
export type HostKeys = Readonly<Record<string, string>>;

/** Name under which the key of another machine is pinned: a replaced server may show a new one once. */
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

/** A host key of the handshake in OpenSSH's form. Its type comes first, after its length. */
export function formatHostKey(raw: Buffer): string {
  const type = raw.subarray(4, 4 + raw.readUInt32BE(0)).toString("latin1");
  return `${type} ${raw.toString("base64")}`;
}

/** Algorithms for the pinned kind of key: a server has several keys, and another one would look like a change. */
export function algorithmsFor(pinned: string | undefined): ServerHostKeyAlgorithm[] | undefined {
  const type = pinned?.split(" ")[0];
  if (!type) return undefined;
  return (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]) as ServerHostKeyAlgorithm[];
}
