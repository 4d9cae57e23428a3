import { resultOf, SCREEN_AIM } from "../../bench/status";

test("the aim is held against the slowest screen, not against the middle one", () => {
  const fast = resultOf([1, 1.2, SCREEN_AIM]);
  expect(fast.measurements.screen).toMatchObject({ n: 3, unit: "s", median: 1.2, worst: SCREEN_AIM });
  expect(fast.what).toContain("(aim: at most 2 s in the worst run, met)");
  expect(resultOf([1, 1, SCREEN_AIM + 0.01]).what).toContain("missed");
});
