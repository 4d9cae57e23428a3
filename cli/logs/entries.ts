import { printable } from "../../lib/printable";

/** One line of a machine's journal. */
export interface Entry {
  readonly machine: string;
  /** Microseconds since 1970, by the machine's clock. */
  readonly at: bigint;
  /** The program that wrote it, e.g. `app-1`. */
  readonly source: string;
  /** syslog's, 0 to 7: up to 3 is an error, 4 a warning. */
  readonly priority: number;
  readonly message: string;
}

/** Reads a line of `journalctl --output=json` and makes it printable; undefined for a line that is no entry. */
export function readEntry(machine: string, line: string): Entry | undefined {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
  const { __REALTIME_TIMESTAMP: at, MESSAGE: message, SYSLOG_IDENTIFIER: source, PRIORITY: priority } = fields;
  if (typeof at !== "string" || !/^\d+$/.test(at)) return undefined;
  return {
    machine,
    at: BigInt(at),
    source: typeof source === "string" ? printable(source).replaceAll("\n", " ") : "",
    priority: typeof priority === "string" ? Number(priority) : 6,
    message: printable(text(message)),
  };
}

/** journald gives what is not UTF-8 as a list of bytes, and null for what is too long to show. */
function text(message: unknown): string {
  if (typeof message === "string") return message;
  return Array.isArray(message) ? Buffer.from(message as number[]).toString("utf8") : "(too long to show)";
}

/** Oldest first. */
export function byTime(a: Entry, b: Entry): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}

/** Sorts entries of several machines as they come. Each entry waits a little for older ones. */
export class SortingBuffer {
  private waiting: Entry[] = [];

  /** @param wait milliseconds that an entry waits for older ones */
  constructor(
    private readonly show: (entry: Entry) => void,
    private readonly wait = 500,
  ) {}

  add(entry: Entry, now = Date.now()): void {
    this.waiting.push(entry);
    this.release(now);
  }

  /** Shows what has waited long enough, and everything older. */
  release(now = Date.now()): void {
    const limit = BigInt(now - this.wait) * 1000n;
    this.waiting.sort(byTime);
    while (this.waiting[0] !== undefined && this.waiting[0].at <= limit) this.showFirst();
  }

  releaseAll(): void {
    this.waiting.sort(byTime);
    while (this.waiting.length > 0) this.showFirst();
  }

  private showFirst(): void {
    const entry = this.waiting.shift();
    if (entry) this.show(entry);
  }
}
