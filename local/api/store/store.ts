import { WriteAheadLog, type RowChange } from "./writeAheadLog";
import { Table, type Indexes, type Row } from "./table";

/** How large (bytes) the log may get before it becomes a snapshot. */
const compactAt = 4 * 1024 * 1024;

type Schema = Record<string, Row>;
type AllIndexes<T extends Schema> = { readonly [K in keyof T]: Indexes<T[K]> };

/**
 * Tables in memory. Each change is on the disk before a caller learns of it. Changes happen in transactions:
 * either all of a transaction's changes or, when it throws, none.
 */
export class Store<T extends Schema> {
  private readonly tables = new Map<keyof T, Table<Row>>();
  private readonly log: WriteAheadLog;
  private nextId = 1;
  private open: { changes: Map<string, RowChange>; undo: (() => void)[]; after: (() => void)[] } | undefined;

  /** @param compactAfter bytes of log after which a snapshot is made */
  constructor(
    directory: string,
    indexes: AllIndexes<T>,
    private readonly compactAfter = compactAt,
  ) {
    for (const name of Object.keys(indexes) as (keyof T & string)[]) {
      this.tables.set(name, new Table(indexes[name] as Indexes<Row>));
    }
    this.log = new WriteAheadLog(directory);
    for (const entry of this.log.open()) {
      this.nextId = entry.nextId;
      for (const [table, id, row] of entry.changes) {
        this.table(table as keyof T & string).set(id, (row ?? undefined) as T[string] | undefined);
      }
    }
  }

  private table<K extends keyof T & string>(name: K): Table<T[K]> {
    const table = this.tables.get(name);
    if (table === undefined) throw new Error(`the store has no table "${name}"`);
    return table as unknown as Table<T[K]>;
  }

  get<K extends keyof T & string>(table: K, id: number): T[K] | undefined {
    return this.table(table).get(id);
  }

  all<K extends keyof T & string>(table: K): T[K][] {
    return this.table(table).all();
  }

  find<K extends keyof T & string>(table: K, index: string, key: string | number): T[K][] {
    return this.table(table).find(index, key);
  }

  /** An id that nothing had before and nothing gets again (unless the transaction is undone). */
  newId(): number {
    this.inTransaction();
    return this.nextId++;
  }

  put<K extends keyof T & string>(table: K, row: T[K]): T[K] {
    this.change(table, row.id, row);
    return row;
  }

  remove(table: keyof T & string, id: number): void {
    this.change(table, id, undefined);
  }

  private change<K extends keyof T & string>(name: K, id: number, row: T[K] | undefined): void {
    const transaction = this.inTransaction();
    const table = this.table(name);
    const old = table.get(id);
    transaction.undo.push(() => {
      table.set(id, old);
    });
    table.set(id, row);
    transaction.changes.set(`${name} ${String(id)}`, [name, id, row ?? null]);
  }

  /** Calls `then` once the current transaction is on the disk; not at all when it is undone. */
  afterCommit(then: () => void): void {
    this.inTransaction().after.push(then);
  }

  private inTransaction() {
    if (this.open === undefined) throw new Error("the store changes only inside a transaction");
    return this.open;
  }

  /** Runs `work`; on return its changes are on the disk. Whatever it throws undoes all of them. */
  transaction<R>(work: () => R): R {
    if (this.open !== undefined) throw new Error("a transaction is open already");
    const transaction = (this.open = { changes: new Map<string, RowChange>(), undo: [], after: [] });
    const firstId = this.nextId;
    let result: R;
    try {
      result = work();
      if (transaction.changes.size > 0) this.log.append(this.nextId, [...transaction.changes.values()]);
    } catch (error) {
      for (const undo of (transaction.undo as (() => void)[]).reverse()) undo();
      this.nextId = firstId;
      throw error;
    } finally {
      this.open = undefined;
    }
    if (this.log.size > this.compactAfter) this.compact();
    for (const then of transaction.after as (() => void)[]) then();
    return result;
  }

  private compact(): void {
    const rows: RowChange[] = [];
    for (const [name, table] of this.tables) {
      for (const row of table.all()) rows.push([name as string, row.id, row]);
    }
    this.log.compact(this.nextId, rows);
  }

  close(): void {
    this.log.close();
  }
}
