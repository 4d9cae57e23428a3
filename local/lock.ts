import { connect, createServer, type Server } from "node:net";

/** A lock in the kernel: at most one process of this computer holds it, and it ends with that process. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * An abstract Unix socket: `kill -9` leaves nothing on the disk, and no pid is stored that another process could get. A client that connects gets the holder's pid.
 */
function address(what: string): string {
  return `\0holdfast/${what}`;
}

/**
 * Takes the lock, or gives undefined when another process has it.
 *
 * @param what e.g. `local/daemon`: the local cloud's name and what it is about
 */
export function takeLock(what: string): Promise<Lock | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // A client that closes the connection early is no problem.
      socket.on("error", () => undefined);
      socket.end(`${process.pid}\n`);
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address(what), () => {
      // Holding a lock is no reason to stay alive.
      server.unref();
      resolve({ release: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Seconds in which a holder that works answers with its pid. */
const ANSWER_LIMIT = 2;

/** The pid of the process that holds the lock; `unknown` when it holds it but does not answer, undefined when it is free. */
export function lockHolder(what: string): Promise<number | "unknown" | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(address(what));
    socket.setEncoding("utf8");
    socket.setTimeout(ANSWER_LIMIT * 1000, () => {
      socket.destroy();
      resolve("unknown");
    });
    socket.on("data", (chunk: string) => (answer += chunk));
    socket.on("end", () => resolve(Number.parseInt(answer, 10) || "unknown"));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "ECONNREFUSED" ? undefined : "unknown"),
    );
  });
}
