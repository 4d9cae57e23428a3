import { spawn } from "node:child_process";
import { join } from "node:path";
import { doorMark, killAndWait, processesMarked } from "../machines/processes";

/** A place in a namespace where machines reach the local cloud's own services. */
export interface Door {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

const PROGRAM = join(__dirname, "doorkeeper.py");

/**
 * Keeps a doorkeeper running at each door, also when one is killed, until it is closed. Doorkeepers outlive this process
 * and are taken over by the next, so that a restart of the local cloud is no more than a pause to machines.
 */
export class Doorkeepers {
  private readonly doors = new Map<string, Door>();
  private readonly watch: NodeJS.Timeout;

  constructor(
    private readonly socketPath: string,
    private readonly log: (line: string) => void,
  ) {
    this.watch = setInterval(() => {
      for (const door of this.doors.values()) this.start(door);
    }, 2000);
    this.watch.unref();
  }

  keep(door: Door): void {
    this.doors.set(markOf(door), door);
    this.start(door);
  }

  async remove(namespace: string): Promise<void> {
    for (const [mark, door] of this.doors) if (door.namespace === namespace) this.doors.delete(mark);
    await killAndWait(processesMarked(doorMark(namespace), "prefix"));
  }

  /** Stops watching; the doorkeepers stay. */
  close(): void {
    clearInterval(this.watch);
  }

  private start(door: Door): void {
    if (processesMarked(markOf(door)).length > 0) return;
    const service = [PROGRAM, markOf(door), this.socketPath, door.name, String(door.port), ...door.addresses];
    const child = spawn("ip", ["netns", "exec", door.namespace, "python3", ...service], {
      detached: true,
      stdio: "ignore",
      env: { PATH: process.env.PATH },
    });
    child.on("error", (error) => {
      this.log(`the door "${door.name}" of ${door.namespace} cannot be opened: ${error.message}`);
    });
    child.unref();
  }
}

function markOf({ namespace, name }: Door): string {
  return doorMark(namespace, name);
}
