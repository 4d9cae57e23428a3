import { readFileSync } from "node:fs";

/**
 * Whether a connection was opened by this process's own user or by root. A port on loopback is open to everybody on the
 * computer, and whoever calls a provider acts with its rights. Linux tells whose a connection is; elsewhere Pulumi's own
 * providers are as open.
 *
 * @param peer the connection's other end as gRPC names it, e.g. `127.0.0.1:41234`
 */
export function isOwn(peer: string): boolean {
  if (process.platform !== "linux") return true;
  const user = userOf(peer);
  return user === 0 || (user !== undefined && user === process.getuid?.());
}

/** The user who opened a connection of this computer; undefined: there is no such connection any more. */
function userOf(peer: string): number | undefined {
  const port = Number(/^127\.0\.0\.1:(\d+)$/.exec(peer)?.[1]);
  if (!Number.isInteger(port)) return undefined;
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  // proc_pid_net(5). A socket of IPv6 may speak IPv4 as well.
  const ends = [`0100007F:${hex}`, `0000000000000000FFFF00000100007F:${hex}`];
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readFileSync(file, "ascii").split("\n")) {
      const [, local = "", , , , , , user] = line.trim().split(/\s+/);
      if (ends.includes(local)) return Number(user);
    }
  }
  return undefined;
}
