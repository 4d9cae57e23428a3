import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** A row put into a table, or (`null`) removed from it. */
export type RowChange = readonly [table: string, id: number, row: object | null];

/** One transaction. */
export interface Transaction {
  /** Counts up by one with every entry, over snapshots too. */
  readonly sequence: number;
  /** The next id that has not been given to anything. */
  readonly nextId: number;
  readonly changes: readonly RowChange[];
}

const newline = 0x0a;

/**
 * The store on disk: a snapshot, and a write-ahead log with one line for each later transaction. A line counts once it is
 * complete. `append` returns once it is on the disk, so a kill at any moment loses nothing that was acknowledged.
 */
export class WriteAheadLog {
  private readonly logFile: string;
  private readonly snapshotFile: string;
  private file = -1;
  private bytes = 0;
  private sequence = 0;

  constructor(private readonly directory: string) {
    this.logFile = join(directory, "journal.jsonl"); // stores of existing clouds have this name
    this.snapshotFile = join(directory, "snapshot.json");
  }

  /** Bytes since the last snapshot. */
  get size(): number {
    return this.bytes;
  }

  /**
   * Opens the log and returns everything in it, the snapshot first.
   *
   * @throws when a line other than the last is unreadable: that is damage, not a kill
   */
  open(): Transaction[] {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const entries: Transaction[] = [];
    if (existsSync(this.snapshotFile)) {
      const snapshot = JSON.parse(readFileSync(this.snapshotFile, "utf8")) as Transaction;
      entries.push(snapshot);
      this.sequence = snapshot.sequence;
    }
    this.file = openSync(this.logFile, "a+", 0o600);
    const content = readFileSync(this.logFile);
    // What follows the last newline was being written when the process died; no caller got an answer about it.
    const end = content.lastIndexOf(newline) + 1;
    if (end < content.length) ftruncateSync(this.file, end);
    this.bytes = end;
    for (const [index, line] of content.subarray(0, end).toString("utf8").split("\n").entries()) {
      if (line === "") continue;
      const entry = this.parse(line, index + 1);
      // A kill between a snapshot and the emptying of the log leaves entries that the snapshot already has.
      if (entry.sequence <= this.sequence) continue;
      entries.push(entry);
      this.sequence = entry.sequence;
    }
    return entries;
  }

  private parse(line: string, number: number): Transaction {
    try {
      return JSON.parse(line) as Transaction;
    } catch (error) {
      throw new Error(
        `${this.logFile} line ${String(number)} is damaged. Restore the file, or remove ${this.directory} to start with an empty cloud.`,
        { cause: error },
      );
    }
  }

  /** Writes one transaction; on return it is on the disk. */
  append(nextId: number, changes: readonly RowChange[]): void {
    const entry: Transaction = { sequence: this.sequence + 1, nextId, changes };
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      writeAll(this.file, line);
      fdatasyncSync(this.file);
    } catch (error) {
      // For example a full disk: half a line must not stay before the next one.
      ftruncateSync(this.file, this.bytes);
      throw error;
    }
    this.sequence = entry.sequence;
    this.bytes += line.length;
  }

  /** Replaces snapshot and log by one snapshot that holds these rows. */
  compact(nextId: number, rows: readonly RowChange[]): void {
    const entry: Transaction = { sequence: this.sequence, nextId, changes: rows };
    const draft = `${this.snapshotFile}.new`;
    const file = openSync(draft, "w", 0o600);
    try {
      writeAll(file, Buffer.from(JSON.stringify(entry)));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, this.snapshotFile);
    this.syncDirectory();
    ftruncateSync(this.file, 0);
    this.bytes = 0;
  }

  private syncDirectory(): void {
    const directory = openSync(this.directory, "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }

  close(): void {
    if (this.file >= 0) closeSync(this.file);
    this.file = -1;
  }
}

function writeAll(file: number, data: Buffer): void {
  for (let written = 0; written < data.length;) written += writeSync(file, data, written);
}
