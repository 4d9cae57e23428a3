import { mkdirSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";

/** Who sent a request, as the relay saw it. */
export interface Caller {
  /** Name of the relay, e.g. `metadata:7`. */
  readonly relay: string;
  readonly source: string;
}

const callers = new WeakMap<Socket, Caller>();

/** Who sent this request. */
export function callerOf(request: IncomingMessage): Caller {
  const caller = callers.get(request.socket);
  if (caller === undefined) throw new Error("this request did not come through a relay");
  return caller;
}

/** Longest first line that a relay sends, in bytes. */
const INTRODUCTION = 512;

/**
 * Listens for the connections that relays pass on from namespaces, and hands each to its service. Resolves when it
 * listens.
 *
 * @param services the part of a relay's name before the first colon → what answers there
 */
export function listenForRelays(socketPath: string, services: Readonly<Record<string, Server>>): Promise<Server> {
  mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
  rmSync(socketPath, { force: true }); // left by a process that was killed; the daemon makes sure that there is one only
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    introduce(socket, (caller) => {
      const service = services[caller.relay.split(":")[0] ?? ""];
      if (service === undefined) {
        socket.destroy();
        return;
      }
      callers.set(socket, caller);
      service.emit("connection", socket);
      socket.resume(); // what came with the introduction waits in the socket's buffer
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, () => {
      resolve(server);
    });
  });
}

/** Reads the introduction and leaves what follows it to the service. */
function introduce(socket: Socket, onCaller: (caller: Caller) => void): void {
  let received = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const end = received.indexOf("\n");
    if (end < 0 && received.length <= INTRODUCTION) return;
    socket.off("data", onData);
    socket.pause();
    if (end < 0) {
      socket.destroy();
      return;
    }
    socket.unshift(received.subarray(end + 1));
    // The key is "door" because relays outlive an update of this program, and older ones say so.
    const { door, source } = JSON.parse(received.subarray(0, end).toString()) as { door: string; source: string };
    onCaller({ relay: door, source });
  };
  socket.on("data", onData);
}
