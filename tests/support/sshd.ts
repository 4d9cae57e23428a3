import { spawn } from "node:child_process";
import { connect as connectSocket, type AddressInfo } from "node:net";
import { Server, utils } from "ssh2";
import { signal } from "../../local/machines/processes";

export interface SshdOptions {
  /** The public key that it knows. */
  readonly authorized: string;
  /** Its private key. */
  readonly hostKey: string;
  /** @default any free one */
  readonly port?: number;
  /** Milliseconds that it takes to look at a key, as a busy machine does. @default none */
  readonly slow?: number;
  /** Whether connections to further machines stay without an answer, as to one that is off. @default false */
  readonly leadsNowhere?: boolean;
}

/** A machine's SSH server on loopback: real protocol, real shell, one key that it knows. */
export class Sshd {
  private constructor(
    private readonly server: Server,
    private readonly connections: Set<{ end(): void }>,
    readonly port: number,
    /** Bodies of the keys that were offered, in their order. */
    readonly offered: readonly string[],
  ) {}

  static async start({ authorized, hostKey, port = 0, slow = 0, leadsNowhere }: SshdOptions): Promise<Sshd> {
    const known = utils.parseKey(authorized);
    if (known instanceof Error) throw known;
    const offered: string[] = [];
    const connections = new Set<{ end(): void }>();
    const server = new Server({ hostKeys: [hostKey] }, (client) => {
      connections.add(client);
      client.on("error", () => undefined);
      client.on("authentication", (attempt) => {
        if (attempt.method === "publickey" && !attempt.signature) offered.push(attempt.key.data.toString("base64"));
        const isKnown = attempt.method === "publickey" && attempt.key.data.equals(known.getPublicSSH());
        setTimeout(() => {
          if (isKnown) attempt.accept();
          else attempt.reject(["publickey"]);
        }, slow).unref();
      });
      client.on("tcpip", (accept, _reject, { destIP, destPort }) => {
        if (leadsNowhere) return;
        const channel = accept();
        const socket = connectSocket(destPort, destIP);
        channel.pipe(socket).pipe(channel);
        socket.on("error", () => channel.destroy());
        channel.on("error", () => socket.destroy());
      });
      client.on("session", (accept) => {
        accept().on("exec", (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          const child = spawn("sh", ["-c", command], { detached: true });
          const { pid = 0 } = child;
          // One that has just ended by itself is no error.
          connections.add({ end: () => pid > 0 && child.exitCode === null && signal(-pid, "SIGKILL") });
          channel.pipe(child.stdin);
          child.stdin.on("error", () => undefined);
          child.stdout.pipe(channel, { end: false });
          child.stderr.pipe(channel.stderr, { end: false });
          child.on("close", (code) => {
            channel.exit(code ?? 255);
            channel.end();
          });
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return new Sshd(server, connections, (server.address() as AddressInfo).port, offered);
  }

  stop(): Promise<void> {
    for (const connection of this.connections) connection.end();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}
