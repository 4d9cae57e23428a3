import { spawn } from "node:child_process";
import { join } from "node:path";
import { killAndWait, processesMarked, relayMark } from "../machines/processes";

/** A service of the local cloud that machines reach in a namespace. */
export interface Relay {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

const PROGRAM = join(__dirname, "relay.py");

/**
 * Keeps a relay process running for each service, and restarts one that was killed, until `close`. Relays outlive this
 * process and the next one takes them over, so for machines a restart of the local cloud is only a pause.
 */
export class Relays {
  private readonly relays = new Map<string, Relay>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly socketPath: string,
    private readonly log: (line: string) => void,
  ) {
    this.timer = setInterval(() => {
      for (const relay of this.relays.values()) this.start(relay);
    }, 2000);
    this.timer.unref();
  }

  keep(relay: Relay): void {
    this.relays.set(markOf(relay), relay);
    this.start(relay);
  }

  async remove(namespace: string): Promise<void> {
    for (const [mark, relay] of this.relays) if (relay.namespace === namespace) this.relays.delete(mark);
    await killAndWait(processesMarked(relayMark(namespace), "prefix"));
  }

  /** Stops restarting relays; those that run stay. */
  close(): void {
    clearInterval(this.timer);
  }

  private start(relay: Relay): void {
    if (processesMarked(markOf(relay)).length > 0) return;
    const service = [PROGRAM, markOf(relay), this.socketPath, relay.name, String(relay.port), ...relay.addresses];
    const child = spawn("ip", ["netns", "exec", relay.namespace, "python3", ...service], {
      detached: true,
      stdio: "ignore",
      env: { PATH: process.env.PATH },
    });
    child.on("error", (error) => {
      this.log(`the relay for "${relay.name}" in ${relay.namespace} cannot be started: ${error.message}`);
    });
    child.unref();
  }
}

function markOf({ namespace, name }: Relay): string {
  return relayMark(namespace, name);
}
