import fc from "fast-check";
import { account } from "../../../drills/database/account";
import type { WriterResult } from "../../../drills/load/writers";

const result = (parts: Partial<WriterResult>): WriterResult => ({
  run: "run",
  sent: 0,
  acknowledged: [],
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
