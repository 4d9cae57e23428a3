import type { Readable } from "node:stream";
import type { Client, ClientChannel } from "ssh2";

/** How a command on the machine ended; `code` is undefined when the connection broke before. */
export interface Ended {
  readonly code: number | undefined;
  /** What it wrote to standard error, its last few KiB. */
  readonly errors: string;
}

export interface RunOptions {
  readonly input?: string | Buffer | Readable;
  /** Called for each complete line of standard output. */
  readonly onLine?: (line: string) => void;
}

const keptErrors = 8 * 1024;

/** An open way to a machine. Commands share the connection; closing it ends their output, not what runs detached. */
export class Session {
  private broken = false;

  /** @param clients the machine's own connection first, then those of the jump hosts that carry it */
  constructor(
    private readonly clients: readonly Client[],
    readonly user: string,
    readonly seenHostKeys: Readonly<Record<string, string>>,
  ) {
    for (const client of clients) {
      client.on("error", () => (this.broken = true));
      client.on("close", () => (this.broken = true));
    }
  }

  get isBroken(): boolean {
    return this.broken;
  }

  /** Words in front of a command that root has to run. */
  get asRoot(): string {
    return this.user === "root" ? "" : "sudo -n ";
  }

  /** Runs a shell command. Never put a secret into it: `input` is for those. */
  async run(command: string, options: RunOptions = {}): Promise<Ended> {
    const channel = await this.open(`sh -c ${quote(command)}`);
    if (!channel) return { code: undefined, errors: "" };
    return new Promise((resolve) => {
      let code: number | undefined;
      let errors = "";
      let rest = "";
      channel.on("data", (data: Buffer) => {
        const lines = (rest + data.toString("utf8")).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      });
      channel.stderr.on("data", (data: Buffer) => (errors = (errors + data.toString("utf8")).slice(-keptErrors)));
      channel.on("exit", (status: number | null) => (code = status ?? 255));
      channel.on("close", () => {
        if (rest) options.onLine?.(rest);
        resolve({ code, errors: errors.trim() });
      });
      // A program that ends without reading all of its input is told by its exit code, not by this.
      channel.on("error", () => undefined);
      send(channel, options.input);
    });
  }

  close(): void {
    for (const client of this.clients) client.end();
  }

  private open(command: string): Promise<ClientChannel | undefined> {
    const client = this.clients[0];
    return new Promise((resolve) => {
      if (this.broken || !client) {
        resolve(undefined);
        return;
      }
      client.once("close", () => {
        resolve(undefined);
      });
      client.exec(command, (error, channel) => {
        resolve(error ? undefined : channel);
      });
    });
  }
}

/** One word of a POSIX shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function send(channel: ClientChannel, input: RunOptions["input"]): void {
  if (input === undefined || typeof input === "string" || Buffer.isBuffer(input)) {
    channel.end(input);
    return;
  }
  input.on("error", () => {
    channel.close();
  });
  input.pipe(channel);
}
