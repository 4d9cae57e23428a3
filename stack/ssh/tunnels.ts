import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import { printable } from "../../lib/printable";
import { onMachine } from "./route";
import type { Target } from "./targets";

/** A tunnel from a port of this computer to one of the machine's own. */
export interface Tunnel {
  readonly local: number;
  readonly remote: number;
}

/** A free port on this computer: the wanted one if it is free, so that settings of other programs keep working. */
export async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? address?.port : undefined));
    });
  });
}

/** ssh's options for tunnels. A session without its tunnels ends. */
export function tunnelOptions(tunnels: readonly Tunnel[]): string[] {
  return [
    "-o",
    "ExitOnForwardFailure=yes",
    // ssh has to notice a dead connection too.
    "-o",
    "ServerAliveInterval=5",
    "-o",
    "ServerAliveCountMax=3",
    ...tunnels.flatMap(({ local, remote }) => ["-L", `127.0.0.1:${local}:127.0.0.1:${remote}`]),
  ];
}

/** Seconds until a tunnel takes connections. */
const limit = 30;

/**
 * Opens tunnels to a machine's own ports for as long as the work takes.
 *
 * @param work gets the ports of this computer, and what settles when the tunnels are gone
 * @throws UserError when there is no way to the machine
 */
export async function throughTunnels<T>(
  stack: string,
  target: Target,
  remotes: readonly number[],
  work: (locals: readonly number[], gone: Promise<void>) => Promise<T>,
): Promise<T> {
  const tunnels: Tunnel[] = [];
  for (const remote of remotes) tunnels.push({ local: await freePort(0), remote });
  return onMachine(stack, target, [], async (program, args) => {
    const child = spawn(program, ["-N", ...tunnelOptions(tunnels), ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
    let over = false;
    const gone = new Promise<void>((resolve) => {
      const end = () => {
        over = true;
        resolve();
      };
      child.on("error", end);
      child.on("close", end);
    });
    try {
      for (const begun = Date.now(); !(await takesConnections(tunnels[0]?.local ?? 0)); await sleep(100)) {
        if (over || Date.now() - begun > limit * 1000) {
          throw new UserError(`no tunnel to ${target.machine}: ${printable(said.trim()) || `none within ${limit} s`}`);
        }
      }
      return await work(
        tunnels.map(({ local }) => local),
        gone,
      );
    } finally {
      child.kill("SIGTERM");
    }
  });
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false));
  });
}
