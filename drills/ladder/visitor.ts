import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { visitorNamespace } from "../../local/network/names";
import type { Stack } from "../frame/stack";
import type { Attempt } from "./writer";

/** Seconds between two looks at which addresses the stack has. */
const lookEvery = 0.5;

/** A visitor who writes into the guestbook during the whole climb, and keeps the answers. */
export class Visitor {
  private readonly child: ChildProcess;
  private readonly attempts: Attempt[] = [];
  private readonly looking: NodeJS.Timeout;

  constructor(private readonly stack: Stack) {
    const program = ["--require", "ts-node/register", join(__dirname, "writer.ts")];
    const inside = ["netns", "exec", visitorNamespace(stack.name), process.execPath, ...program];
    this.child = spawn("ip", inside, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.child.stdout)
      createInterface({ input: this.child.stdout }).on("line", (line) => {
        this.attempts.push(JSON.parse(line) as Attempt);
      });
    this.looking = setInterval(() => void this.tellAddresses(), lookEvery * 1000);
  }

  private async tellAddresses(): Promise<void> {
    const addresses = await entrances(this.stack).catch(() => []);
    if (addresses.length > 0) this.child.stdin?.write(`${JSON.stringify(addresses)}\n`);
  }

  /** Ids of all entries that the guestbook said it has. */
  get written(): string[] {
    return this.attempts.filter(({ outcome }) => outcome === "written").map(({ id }) => id);
  }

  /** How many entries were taken in a span of time (milliseconds since 1970). */
  takenBetween(from: number, to: number): number {
    return this.takenAt(from, to).length;
  }

  /** Seconds of the longest time without an entry that was taken, in a span of time. */
  longestGap(from: number, to: number): number {
    const marks = [from, ...this.takenAt(from, to), to];
    const gaps = marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark));
    return Math.max(...gaps) / 1000;
  }

  private takenAt(from: number, to: number): number[] {
    return this.attempts
      .filter(({ at, outcome }) => outcome === "written" && at >= from && at <= to)
      .map(({ at }) => at);
  }

  /** Lets the writer finish its last entry. */
  async leave(): Promise<void> {
    clearInterval(this.looking);
    const gone = new Promise((resolve) => this.child.on("close", resolve));
    this.child.stdin?.end();
    await gone;
  }
}

/**
 * Where visitors find the stack now: the floating IP, and beside it, where one machine does everything, that machine's own
 * address. Between those two rungs both are tried.
 */
export async function entrances(stack: Stack): Promise<string[]> {
  const { floatingIps, machines } = await stack.status();
  const alone = machines.filter(({ labels }) => /\bapp\b.*loadBalancer/.test((labels.role ?? "").replaceAll("_", " ")));
  const own = alone.flatMap(({ addresses }) => (addresses.ipv4 === null ? [] : [addresses.ipv4]));
  return [...floatingIps.map(({ ip }) => ip), ...own];
}
