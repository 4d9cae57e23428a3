import fc from "fast-check";
import { parseMoment, showMoment } from "../../../stack/database/moment";

const now = new Date("2026-11-24T12:00:00Z");

test("latest is no moment", () => {
  expect(parseMoment("latest", now)).toBeUndefined();
});

test.each([
  ["2026-11-24T10:30:15Z", "2026-11-24T10:30:15.000Z"],
  ["2026-11-24 10:30:15 UTC", "2026-11-24T10:30:15.000Z"],
  ["2026-11-24 10:30:15+02:00", "2026-11-24T08:30:15.000Z"],
  ["2026-11-24T10:30:15-0130", "2026-11-24T12:00:15.000Z"],
])("%s is understood with its zone", (text, expected) => {
  expect(parseMoment(text, new Date("2026-11-25T00:00:00Z"))?.toISOString()).toBe(expected);
});

test("without a zone it is this computer's time, and without a day it is today", () => {
  expect(parseMoment("2026-11-24 09:05", now)).toEqual(new Date(2026, 10, 24, 9, 5));
  expect(parseMoment("9:05:07", new Date(2026, 10, 24, 12))).toEqual(new Date(2026, 10, 24, 9, 5, 7));
});

test.each([
  ["yesterday", "no moment"],
  ["2026-02-30 25:00:00Z", "no such moment"],
  ["2026-11-24", "no moment"],
  ["10:30Z", "needs its day"],
  ["2026-11-24T12:00:01Z", "in the future"],
])("%s is refused with how to write it", (text, why) => {
  expect(() => parseMoment(text, now)).toThrow(new RegExp(`${why}.*write latest`));
});

test("a moment is shown in UTC and in the zone of who reads it", () => {
  const moment = new Date("2026-11-24T23:30:15Z");
  expect(showMoment(moment, "Europe/Berlin")).toMatch(/^2026-11-24 23:30:15 UTC \(2026-11-25 00:30:15 \S+\)$/);
  expect(showMoment(new Date("2026-11-24T09:30:15Z"), "Europe/Berlin")).toMatch(
    /^2026-11-24 09:30:15 UTC \(10:30:15 \S+\)$/,
  );
  expect(showMoment(moment, "UTC")).toBe("2026-11-24 23:30:15 UTC");
});

test("what is shown in UTC is read back as the same second", () => {
  const past = fc.date({ min: new Date("2000-01-01"), max: now, noInvalidDate: true });
  fc.assert(
    fc.property(past, (moment) => {
      const utc = showMoment(moment, "UTC");
      expect(parseMoment(utc, now)?.getTime()).toBe(Math.floor(moment.getTime() / 1000) * 1000);
    }),
  );
});
