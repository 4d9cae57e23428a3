import fc from "fast-check";
import { describeDuration, duration, formatSeconds, status, total } from "../../failures/figures";
import { formatChange, formatMoney } from "../../failures/prices/money";
import { beside, wrap } from "../../failures/render/wrap";

test.each([
  [0.7, "0.7 s"],
  [0.30000000000000004, "0.3 s"],
  [60, "60 s"],
  [120, "2 min"],
  [185.2, "3 min 5 s"],
])("%d s is written as %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test("what is not known is never part of the sum", () => {
  const part = { what: "until the restart", seconds: 0.2, from: "unit: RestartSec" };
  expect(describeDuration(duration([part]))).toBe("at most 0.2 s");
  expect(describeDuration(duration([part], ["the start"]))).toBe("0.2 s, plus an unknown time: the start");
  expect(describeDuration(duration([], ["the repair"]))).toBe("not known: the repair");
  expect([duration([part]), duration([part], ["x"]), duration([], ["x"])].map(status)).toEqual([
    "estimated",
    "estimated in part",
    "unknown",
  ]);
});

test("a sum of milliseconds is exact", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 20 }), (milliseconds) => {
      const parts = milliseconds.map((each) => ({ what: "", seconds: each / 1000, from: "" }));
      expect(Math.round(total(duration(parts)) * 1000)).toBe(milliseconds.reduce((sum, each) => sum + each, 0));
    }),
  );
});

test("money is written without losing a cent", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), (cents) => {
      const digits = formatMoney(cents).replace(/[^\d-]/g, "");
      expect(Number(digits) + 0).toBe(cents + 0);
    }),
  );
  expect([formatMoney(5), formatMoney(123_456), formatChange(449), formatChange(-50), formatChange(0)]).toEqual([
    "0.05 €",
    "1\u00a0234.56 €",
    "+ 4.49 €",
    "- 0.50 €",
    "± 0.00 €",
  ]);
});

test("wrapping loses no word and keeps to the width", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 80 }), (list, width) => {
      const lines = wrap(list.join(" "), width);
      expect(lines.join(" ")).toBe(list.join(" "));
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    }),
  );
  expect(beside("You", "one two", { indent: 2, column: 4, width: 10 })).toEqual(["  You one", "      two"]);
});
