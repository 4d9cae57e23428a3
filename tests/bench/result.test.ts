import { measurement } from "../../bench/result";

test("a measurement has its median and its worst", () => {
  expect(measurement([3, 1, 2])).toEqual({ n: 3, median: 2, worst: 3, values: [3, 1, 2] });
  expect(measurement([1, 4])).toMatchObject({ median: 2.5, worst: 4 });
  expect(() => measurement([])).toThrow("nothing was measured");
});
