import { aimInWords, aimOf, leastOf, measurement } from "../../drills/frame/benchResult";

test("a measurement has its median and its worst", () => {
  expect(measurement([3, 1, 2])).toEqual({ n: 3, unit: "s", median: 2, worst: 3, values: [3, 1, 2] });
  expect(measurement([1, 4])).toMatchObject({ median: 2.5, worst: 4 });
  // Of what should be high, the lowest is the worst.
  expect(measurement([3, 1, 2], "requests/s", "lowest").worst).toBe(1);
  expect(() => measurement([])).toThrow("nothing was measured");
});

test("an aim is met up to its limit, and a ratio that is no number is none", () => {
  const [four, five, nothing] = [measurement([4]), measurement([5]), measurement([0])];
  expect(aimOf("growth", five, four, 1.25)).toEqual({ figure: "growth", value: 1.25, most: 1.25, met: true });
  expect(aimInWords(aimOf("growth", five, four, 1.2))).toBe("aim: at most 1.2, missed");
  expect(() => aimOf("growth", five, nothing, 2)).toThrow("the growth is no number: 5 of 0");
});

test("what every run has to reach is decided by the smallest", () => {
  const ratios = measurement([1.1, 0.95, 1.2], "ratio", "lowest");
  expect(leastOf("the page", ratios, 0.95)).toEqual({ figure: "the page", value: 0.95, least: 0.95, met: true });
  expect(aimInWords(leastOf("the page", ratios, 0.96))).toBe("aim: at least 0.96, missed");
});
