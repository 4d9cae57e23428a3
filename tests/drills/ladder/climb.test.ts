import { ladder } from "../../../failures/ladder";
import { climb, leftBehind } from "../../../drills/ladder/climb";
import { settingsOf, steps } from "../../../drills/ladder/rungs";
import { settingsWith } from "../../blueprint/source";

test("the climb takes every rung on its way up, and every one on its way down to where it began", () => {
  const places = steps.map(({ key }) => Number(key.split(" ")[0]));
  const top = ladder.length - 1;
  const up = ladder.map((_, place) => place).slice(1);
  expect(places).toEqual([...up, ...up.map((place) => top - place)]);
  expect(places.at(-1)).toBe(0);
});

test("settings accept every step", () => {
  for (const { settings } of steps) {
    const { app, loadBalancer, database } = settings;
    const read = settingsWith({
      "holdfast:app": { release: "./examples/guestbook", ...app },
      "holdfast:loadBalancer": loadBalancer,
      "holdfast:database": database,
    });
    expect(read.app).toMatchObject(app ?? {});
  }
  expect(() => settingsOf(ladder.length)).toThrow(RangeError);
});

test("what decides is told once, and each step has its time and its gap", () => {
  const limited = climb.claims.filter((claim) => "worst" in claim).map(({ metric }) => metric);
  expect(limited).toEqual(["lost", "moved", "left"]);
  expect(climb.claims).toHaveLength(limited.length + 2 * steps.length);
});

test("left behind is what there is more of than before, whatever it is called", () => {
  const before = new Map([
    ["servers/local-app-1", 1],
    ["primary_ips/ipv6", 1],
  ]);
  expect(leftBehind(before, before)).toBe(0);
  expect(leftBehind(before, new Map([["primary_ips/ipv6", 3]]))).toBe(2);
  expect(leftBehind(before, new Map([...before, ["volumes/local-database", 1]]))).toBe(1);
  expect(leftBehind(before, new Map())).toBe(0);
});
