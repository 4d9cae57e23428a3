/** What every table's rows have in common. */
export interface Row {
  readonly id: number;
  /** The project that it is in. @default the first one */
  readonly project?: string;
}

/** The project that a row is in; empty for the first one, as in clouds that had only one. */
export function projectOf(row: Row | undefined): { readonly project?: string } {
  return row?.project === undefined ? {} : { project: row.project };
}

export function areInOneProject(one: Row, other: Row): boolean {
  return one.project === other.project;
}

/** By index name: the keys under which a row is found. */
export type Indexes<R> = Readonly<Record<string, (row: R) => readonly (string | number)[]>>;

/** Rows by id, and by the keys of each index. */
export class Table<R extends Row> {
  private readonly rows = new Map<number, R>();
  private readonly found = new Map<string, Map<string | number, Set<number>>>();

  constructor(private readonly indexes: Indexes<R>) {
    for (const name of Object.keys(indexes)) this.found.set(name, new Map());
  }

  get(id: number): R | undefined {
    return this.rows.get(id);
  }

  /** In order of ids, which is the order of creation. */
  all(): R[] {
    return [...this.rows.values()].sort((a, b) => a.id - b.id);
  }

  find(index: string, key: string | number): R[] {
    const ids = this.found.get(index)?.get(key) ?? [];
    return [...ids].sort((a, b) => a - b).map((id) => this.rows.get(id) as R);
  }

  set(id: number, row: R | undefined): void {
    const old = this.rows.get(id);
    if (old !== undefined) this.unindex(old);
    if (row === undefined) this.rows.delete(id);
    else {
      this.rows.set(id, row);
      this.index(row);
    }
  }

  private index(row: R): void {
    for (const [name, keysOf] of Object.entries(this.indexes)) {
      const index = this.found.get(name);
      for (const key of keysOf(row)) {
        const ids = index?.get(key);
        if (ids === undefined) index?.set(key, new Set([row.id]));
        else ids.add(row.id);
      }
    }
  }

  private unindex(row: R): void {
    for (const [name, keysOf] of Object.entries(this.indexes)) {
      const index = this.found.get(name);
      for (const key of keysOf(row)) {
        const ids = index?.get(key);
        ids?.delete(row.id);
        if (ids?.size === 0) index?.delete(key);
      }
    }
  }
}
