import { mayMigrate } from "../../../cli/restore/migration";

const noon = new Date("2026-11-24T12:00:00Z");
const before = new Date("2026-11-24T11:59:59Z");

test("what comes back as it was, or has never been migrated, is migrated where it needs to be", () => {
  expect(mayMigrate(undefined, noon, undefined)).toBe(true);
  expect(mayMigrate(undefined, "unknown", undefined)).toBe(true);
  expect(mayMigrate(noon, before, undefined)).toBe(true);
  expect(mayMigrate(noon, "never", undefined)).toBe(true);
});

test("a moment before the migration is for a person to decide, who may want to undo it", () => {
  expect(() => mayMigrate(before, noon, undefined)).toThrow(
    /migrated the database at 2026-11-24 12:00:00 UTC.*after this moment.*--migrate.*--no-migrate/,
  );
  expect(mayMigrate(before, noon, true)).toBe(true);
  expect(mayMigrate(before, noon, false)).toBe(false);
});

test("a database that says nothing may have been migrated since", () => {
  expect(() => mayMigrate(before, "unknown", undefined)).toThrow(/does not say when/);
  expect(mayMigrate(before, "unknown", false)).toBe(false);
});
