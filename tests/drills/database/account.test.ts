import fc from "fast-check";
import { account, accountAt, lostLines } from "../../../drills/database/account";
import type { WriterResult } from "../../../drills/load/writers";

const result = (parts: Partial<WriterResult>): WriterResult => ({
  run: "run",
  sent: 0,
  begun: 0,
  duration: 0,
  acknowledged: [],
  acknowledgedAt: [],
  refused: [],
  unknown: [],
  failures: {},
  longestGap: 0,
  ...parts,
});
const ids = (...numbers: number[]) => numbers.map((number) => `run-${number}`);

test("each class, once", () => {
  const told = result({ sent: 6, acknowledged: [0, 1], unknown: [2, 3], refused: [4, 5] });
  expect(account(told, [...ids(0, 2, 5), "run-99"])).toEqual({
    ok: 1,
    lost: 1,
    recovered: 1,
    unknown: 1,
    refused: 1,
    unexpected: 2,
  });
});

test("an unknown outcome is never ok, and never lost", () => {
  expect(account(result({ unknown: [0] }), ids(0))).toMatchObject({ ok: 0, recovered: 1 });
  expect(account(result({ unknown: [0] }), [])).toMatchObject({ lost: 0, unknown: 1 });
});

test("every line that was sent is in one class, and every row that is there too", () => {
  const lines = fc.uniqueArray(
    fc.record({ number: fc.nat(999), kind: fc.constantFrom("a", "r", "u"), there: fc.boolean() }),
    {
      selector: ({ number }) => number,
    },
  );
  fc.assert(
    fc.property(lines, (sent) => {
      const of = (kind: string) => sent.filter((line) => line.kind === kind).map(({ number }) => number);
      const there = ids(...sent.filter((line) => line.there).map(({ number }) => number));
      const told = result({ acknowledged: of("a"), refused: of("r"), unknown: of("u") });
      const { ok, lost, recovered, unknown, refused, unexpected } = account(told, there);
      expect(ok + lost + recovered + unknown + refused + unexpected).toBe(sent.length);
      expect(ok + recovered + unexpected).toBe(there.length);
    }),
  );
});

describe("a database that was put back to a moment", () => {
  // Ten lines a second, each answered 0.05 s after it was sent; the moment is 0.25 s after the first.
  const told = result({
    begun: 1000,
    sent: 6,
    acknowledged: [0, 1, 2, 3, 4],
    acknowledgedAt: [0.05, 0.15, 0.27, 0.35, 0.45],
    unknown: [5],
  });
  const at = (there: readonly string[]) => accountAt(told, 10, 1250, there);

  test("has what was acknowledged before, nothing that was sent after, and of what was on its way either", () => {
    const right = { ok: 2, lost: 0, unexpected: 0, refused: 0, extra: 0, undone: 3 };
    expect(at(ids(0, 1))).toEqual({ ...right, recovered: 0, unknown: 1 });
    expect(at(ids(0, 1, 2))).toEqual({ ...right, recovered: 1, unknown: 0 });
  });

  test("is told when it lacks a line, has one too many, and has one that nobody sent", () => {
    expect(at(ids(1))).toMatchObject({ ok: 1, lost: 1 });
    expect(at(ids(0, 1, 3, 5))).toMatchObject({ ok: 2, lost: 0, extra: 2, undone: 1, unexpected: 0 });
    expect(at([...ids(0, 1), "run-99"])).toMatchObject({ unexpected: 1 });
  });

  test("lost lines are told with when they were acknowledged", () => {
    expect(lostLines(told, ids(0, 2, 3))).toEqual([{ at: 0.15 }, { at: 0.45 }]);
  });
});
