import { readFileSync } from "node:fs";
import type { Socket } from "node:net";

/** State of a connection that both sides use (`TCP_ESTABLISHED`). */
const ESTABLISHED = "01";

/**
 * Whether the program at the other end of a loopback connection runs as root or as this process's own user. Any user
 * of the computer can reach a port on loopback, and Pulumi's protocol knows no password. Only Linux tells; elsewhere
 * our providers are as open as others'.
 */
export function isPeerTrusted(socket: Socket): boolean {
  if (process.platform !== "linux") return true;
  const { remoteAddress, remotePort, localPort } = socket;
  if (remoteAddress !== "127.0.0.1" || remotePort === undefined || localPort === undefined) return false;
  const uid = ownerOf(remotePort, localPort);
  return uid !== undefined && (uid === 0 || uid === process.getuid?.());
}

/** The uid that owns the client's socket, as the kernel lists it (`man 5 proc_net`); undefined if it is not there. */
function ownerOf(clientPort: number, serverPort: number): number | undefined {
  const suffixes = [clientPort, serverPort].map((port) => `0100007F:${hex(port)}`);
  for (const file of ["/proc/self/net/tcp", "/proc/self/net/tcp6"]) {
    for (const line of readFileSync(file, "utf8").split("\n").slice(1)) {
      const [, client = "", server = "", state, , , , uid, , inode] = line.trim().split(/\s+/);
      if (!client.endsWith(suffixes[0] ?? "") || !server.endsWith(suffixes[1] ?? "")) continue;
      // A socket that no process holds any more has no inode, and older kernels list it as root's.
      if (state === ESTABLISHED && inode !== "0") return Number(uid);
    }
  }
  return undefined;
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
