import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Store } from "../../../local/api/store/store";

// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- fits the store's Record<string, Row>
type Tables = { things: { id: number; name: string } };

describe("store", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "holdfast-store-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const open = (compactAfter?: number) =>
    new Store<Tables>(directory, { things: { name: (row) => [row.name] } }, compactAfter);
  const add = (store: Store<Tables>, name: string) =>
    store.transaction(() => store.put("things", { id: store.newId(), name }));

  test("remembers what was written, and gives no id twice", () => {
    const store = open();
    const first = add(store, "a");
    store.transaction(() => {
      store.remove("things", first.id);
    });
    const second = add(store, "b");
    store.close();

    const again = open();
    expect(again.all("things")).toEqual([second]);
    expect(again.find("things", "name", "b")).toEqual([second]);
    expect(again.find("things", "name", "a")).toEqual([]);
    expect(add(again, "c").id).toBeGreaterThan(second.id);
    again.close();
  });

  test("a transaction that throws leaves nothing, not even on disk", () => {
    const store = open();
    const row = add(store, "a");
    const after = jest.fn();
    expect(() =>
      store.transaction(() => {
        store.put("things", { ...row, name: "b" });
        store.put("things", { id: store.newId(), name: "c" });
        store.afterCommit(after);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(store.all("things")).toEqual([row]);
    expect(store.find("things", "name", "b")).toEqual([]);
    expect(after).not.toHaveBeenCalled();
    store.close();
    const again = open();
    expect(again.all("things")).toEqual([row]);
    again.close();
  });

  test("changes outside a transaction are refused", () => {
    const store = open();
    expect(() => store.put("things", { id: 1, name: "a" })).toThrow("transaction");
    store.close();
  });

  test("half a last line is dropped, a damaged line before it is said", () => {
    const store = open();
    const row = add(store, "a");
    store.close();
    const file = join(directory, "journal.jsonl");
    const line = readFileSync(file, "utf8");
    appendFileSync(file, line.slice(0, line.length / 2));
    const again = open();
    expect(again.all("things")).toEqual([row]);
    const second = add(again, "b");
    again.close();
    const third = open();
    expect(third.all("things")).toEqual([row, second]);
    third.close();

    writeFileSync(file, `${line.slice(2)}${line}`);
    expect(() => open()).toThrow("line 1 is damaged");
  });

  test("whatever is done, opening it again gives the same", () => {
    const step = fc.record({
      kind: fc.constantFrom("add", "rename", "remove", "reopen"),
      which: fc.nat(20),
      name: fc.constantFrom("a", "b", "c"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        rmSync(directory, { recursive: true });
        // So small that most runs make snapshots.
        let store = open(300);
        const expected = new Map<number, string>();
        for (const { kind, which, name } of steps) {
          const id = [...expected.keys()].at(which % Math.max(1, expected.size));
          if (kind === "add") expected.set(add(store, name).id, name);
          else if (kind === "reopen") {
            store.close();
            store = open(300);
          } else if (id !== undefined && kind === "rename") {
            store.transaction(() => store.put("things", { id, name }));
            expected.set(id, name);
          } else if (id !== undefined) {
            store.transaction(() => {
              store.remove("things", id);
            });
            expected.delete(id);
          }
          const rows = new Map(store.all("things").map((row) => [row.id, row.name]));
          expect([...rows].sort()).toEqual([...expected].sort());
          for (const key of "abc") {
            const found = store.find("things", "name", key).map((row) => row.id);
            expect(found).toEqual(
              [...expected]
                .filter(([, name]) => name === key)
                .map(([id]) => id)
                .sort((a, b) => a - b),
            );
          }
        }
        store.close();
      }),
      { numRuns: 40 },
    );
  });
});
