import { measurement } from "../../bench/result";

test("a measurement has its median and its worst", () => {
  expect(measurement([3, 1, 2])).toEqual({ n: 3, unit: "s", median: 2, worst: 3, values: [3, 1, 2] });
  expect(measurement([1, 4])).toMatchObject({ median: 2.5, worst: 4 });
  // Of what should be high, the lowest is the worst.
  expect(measurement([3, 1, 2], "requests/s", "lowest").worst).toBe(1);
  expect(() => measurement([])).toThrow("nothing was measured");
});
