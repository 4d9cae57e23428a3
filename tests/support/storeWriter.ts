/**
 * A process that writes rows into a store as fast as it can and says each id on stdout once it is acknowledged, until it
 * is killed: `ts-node storeWriter.ts DIRECTORY`. The store is small, so that kills also hit compaction.
 */
import { writeSync } from "node:fs";
import { Store } from "../../local/api/store/store";

// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- fits the store's Record<string, Row>
export type WriterTables = { rows: { id: number; even: boolean; text: string }; pairs: { id: number; row: number } };

export const writerIndexes = {
  rows: { even: (row: WriterTables["rows"]) => [String(row.even)] },
  pairs: { row: (pair: WriterTables["pairs"]) => [pair.row] },
};

export function openWriterStore(directory: string): Store<WriterTables> {
  return new Store<WriterTables>(directory, writerIndexes, 2000);
}

if (require.main === module) {
  const store = openWriterStore(process.argv[2]);
  for (;;) {
    const id = store.transaction(() => {
      const row = store.newId();
      store.put("rows", { id: row, even: row % 4 === 1, text: "x".repeat(row % 300) });
      store.put("pairs", { id: store.newId(), row });
      return row;
    });
    writeSync(1, `${String(id)}\n`);
  }
}
