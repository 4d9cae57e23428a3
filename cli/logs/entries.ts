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

/** An entry as journald has it. */
interface Part extends Entry {
  /** Of one process's output. */
  readonly stream?: string;
  /** Whether journald cut the line here, because it is longer than 48 KiB (journald.conf(5), LineMax=). */
  readonly isCut: boolean;
}

/**
 * Puts together what one machine's journal has in parts: long lines, and the indented lines of a stack trace, which take
 * the time of their first line, so that sorting leaves them together.
 */
export class WholeMessages {
  private readonly cut = new Map<string, Part>();
  private readonly last = new Map<string, bigint>();

  constructor(private readonly machine: string) {}

  /** @param line of `journalctl --output=json` */
  *read(line: string): Generator<Entry> {
    const part = readPart(this.machine, line);
    if (!part) return;
    const { stream, isCut } = part;
    if (stream === undefined) return yield entryOf(part);
    const before = this.cut.get(stream);
    const whole = before ? { ...part, at: before.at, message: before.message + part.message } : part;
    if (isCut) return void this.cut.set(stream, whole);
    this.cut.delete(stream);
    const head = /^\s/.test(whole.message) ? this.last.get(stream) : undefined;
    const at = head ?? whole.at;
    this.last.set(stream, at);
    yield entryOf({ ...whole, at });
  }

  /** Lines whose end has not come. */
  *rest(): Generator<Entry> {
    for (const part of this.cut.values()) yield entryOf(part);
    this.cut.clear();
  }
}

/** Made printable when it is whole: a character or a colour may have been cut in two. */
function entryOf({ machine, at, source, priority, message }: Part): Entry {
  return { machine, at, source, priority, message: printable(withoutColours(Buffer.from(message, "latin1"))) };
}

/** Reads a line; undefined for one that is no entry. Its message has a character for each byte. */
function readPart(machine: string, line: string): Part | undefined {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
  const { __REALTIME_TIMESTAMP: at, MESSAGE: message, SYSLOG_IDENTIFIER: source, PRIORITY: priority } = fields;
  const { _STREAM_ID: stream, _LINE_BREAK: end } = fields;
  if (typeof at !== "string" || !/^\d+$/.test(at)) return undefined;
  return {
    machine,
    at: BigInt(at),
    source: typeof source === "string" ? printable(source).replaceAll("\n", " ") : "",
    priority: typeof priority === "string" ? Number(priority) : 6,
    message: bytesOf(message).toString("latin1"),
    stream: typeof stream === "string" ? stream : undefined,
    isCut: end === "line-max",
  };
}

/** journald gives what is not UTF-8 as a list of bytes, and null for what it will not show. */
function bytesOf(message: unknown): Buffer {
  if (typeof message === "string") return Buffer.from(message);
  return Array.isArray(message) ? Buffer.from(message as number[]) : Buffer.from("(too long to show)");
}

/** Apps colour their lines for a terminal of their own (SGR, ECMA-48). Everything else that terminals obey stays visible. */
function withoutColours(message: Buffer): string {
  return message.toString("utf8").replace(/\x1b\[[\d;:]*m/g, "");
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
