import fc from "fast-check";
import { judge, median } from "../../../drills/frame/result";

const claim = { metric: "gap", text: "longest gap", unit: "s", median: 0.7, worst: 1 } as const;

test("both limits count", () => {
  const runs = (...gaps: number[]) => gaps.map((gap) => ({ gap }));
  expect(judge(claim, runs(0.5, 0.6, 0.9)).met).toBe(true);
  expect(judge(claim, runs(0.5, 0.8, 0.9)).met).toBe(false);
  expect(judge(claim, runs(0.5, 0.6, 1.1)).met).toBe(false);
});

test("what has to reach a lower limit is judged by its smallest run", () => {
  const least = { metric: "held", text: "held", unit: "connections", least: 2000 } as const;
  expect(judge(least, [{ held: 2100 }, { held: 2000 }])).toMatchObject({ met: true, measured: { worst: 2000 } });
  expect(judge(least, [{ held: 2100 }, { held: 1999 }]).met).toBe(false);
});

test("what was not measured is not met", () => {
  expect(judge(claim, [])).toEqual({ ...claim, met: false });
  expect(judge(claim, [{ gap: 0.1 }, { other: 1 }])).toMatchObject({ met: false, measured: { n: 1 } });
});

test("the median is a value that occurred, and at least half of all are not above it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      expect(values).toContain(middle);
      expect(values.filter((value) => value <= middle).length * 2).toBeGreaterThanOrEqual(values.length);
    }),
  );
});
