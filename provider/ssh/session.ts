import type { Readable } from "node:stream";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { quote } from "../../lib/text";

/** How a command on the machine ended. */
export interface CommandResult {
  readonly code: number;
  /** The last KiB of its standard error. */
  readonly errors: string;
}

export interface RunOptions {
  readonly input?: string | Buffer | Readable;
  /** Called for each complete line of standard output. */
  readonly onLine?: (line: string) => void;
}

/** The connection ended before the command. What it started may continue on the machine. */
export class ConnectionBroken extends Error {}

const keptErrors = 8 * 1024;

/** An open connection to a machine for several commands. Closing it ends their output, not what runs detached. */
export class Session {
  /** @param clients the machine's own connection first, then those of the jump hosts that carry it */
  constructor(
    private readonly clients: readonly [Client, ...Client[]],
    readonly user: string,
    readonly seenHostKeys: Readonly<Record<string, string>>,
  ) {
    // The command that an error ends reports it. Without a listener, an error would end the whole provider.
    for (const client of clients) client.on("error", () => undefined);
  }

  /** Words in front of a command that root has to run. */
  get asRoot(): string {
    return this.user === "root" ? "" : "sudo -n ";
  }

  /** Runs a shell command. Secrets belong into `input`, never into the command. @throws ConnectionBroken */
  run(command: string, options: RunOptions = {}): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      this.open(`sh -c ${quote(command)}`, (channel) => listen(channel, options, resolve, reject), reject);
    });
  }

  /**
   * The machine's files, over SFTP.
   *
   * @param onClose called when they can no longer be asked for
   * @throws ConnectionBroken
   */
  files(onClose: () => void): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
      this.clients[0].sftp((error, sftp) => {
        if (error) {
          reject(new ConnectionBroken(`there is no SFTP: ${error.message}`));
          return;
        }
        sftp.on("close", onClose);
        resolve(sftp);
      });
    });
  }

  close(): void {
    for (const client of this.clients) client.end();
  }

  /** @param use is called before anything that the channel says is read: its end may have come in the same packet */
  private open(command: string, use: (channel: ClientChannel) => void, refuse: (error: Error) => void): void {
    const client = this.clients[0];
    const closed = () => refuse(new ConnectionBroken("the connection is closed"));
    client.once("close", closed);
    try {
      client.exec(command, (error, channel) => {
        client.off("close", closed);
        if (error) refuse(new ConnectionBroken(`the machine opens no channel: ${error.message}`));
        else use(channel);
      });
    } catch {
      closed(); // ssh2 throws when it knows already
    }
  }
}

/** Settles once the command has ended. */
function listen(
  channel: ClientChannel,
  options: RunOptions,
  resolve: (result: CommandResult) => void,
  reject: (error: Error) => void,
): void {
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
    if (code === undefined) reject(new ConnectionBroken(`the connection broke; ${errors.trim()}`));
    else resolve({ code, errors: errors.trim() });
  });
  // The exit code reports a program that ends before it has read all input.
  channel.on("error", () => undefined);
  send(channel, options.input);
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

/** An operation of SFTP whose callback has no result. Errors carry SFTP's status as `code`. */
export function call(operation: (back: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    operation((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
