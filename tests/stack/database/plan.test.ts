import { describePlan, size } from "../../../stack/database/plan";

const plan = {
  backup: "20261122-010000F",
  repository: 1,
  backupFinished: "2026-11-22T01:10:00+00:00",
  bytes: 1.5 * 1024 ** 3,
  seconds: 42,
  present: "database app with 3 tables and about 1200 rows",
};
const moment = new Date("2026-11-24T10:00:00Z");

test("the question says what is replaced, from what, to when and how long it takes", () => {
  const text = describePlan(plan, { from: "prod", into: "prod", target: moment });
  expect(text).toMatch(/Restore stack "prod" to 2026-11-24 10:00:00 UTC/);
  expect(text).toMatch(
    /20261122-010000F of 2026-11-22 01:10:00 UTC.*1\.5 GiB; the files take about 42 s, as last measured/,
  );
  expect(text).toMatch(/replaced: database app with 3 tables and about 1200 rows; it is kept/);
});

test("what was never measured is not estimated", () => {
  const text = describePlan({ ...plan, seconds: null }, { from: "prod", into: "staging", target: undefined });
  expect(text).toMatch(/the database of "prod" into stack "staging" to the latest/);
  expect(text).toContain("its duration is not known yet");
});

test("sizes are short", () => {
  expect([12, 2048, 3 * 1024 ** 2, 1.5 * 1024 ** 3].map(size)).toEqual(["12 bytes", "2.0 KiB", "3.0 MiB", "1.5 GiB"]);
});
