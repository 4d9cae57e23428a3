import { judgeSchema, type ReleaseStep } from "../../../cli/rollback/schema";

function shop(version: string, migrate: boolean, number?: number, livesWith?: number): ReleaseStep {
  const schema = number === undefined ? undefined : { number, livesWith };
  return { label: `shop ${version}`, manifest: { migrate: migrate ? "./migrate" : undefined, schema } };
}

test.each([
  ["no release in between migrates", shop("1.0", true), [shop("1.1", false)], true, "no migration ran"],
  [
    "the schema's number is the same",
    shop("1.0", true, 7),
    [shop("1.1", true, 7)],
    true,
    "all these releases have schema 7",
  ],
  [
    "the older one lives with the newer schema",
    shop("1.0", true, 7, 9),
    [shop("1.1", true, 8), shop("1.2", true, 9)],
    true,
    "up to 9, and this is 9",
  ],
  [
    "the newer schema is beyond that",
    shop("1.0", true, 7, 8),
    [shop("1.2", true, 9)],
    false,
    "to schema 9, and shop 1.0 knows schemas up to 8",
  ],
  [
    "the older one says nothing about others",
    shop("1.0", true, 7),
    [shop("1.1", true, 8)],
    false,
    "knows schemas up to 7",
  ],
  [
    "the older one says nothing at all",
    shop("1.0", true),
    [shop("1.1", true, 8)],
    false,
    "the holdfast.yaml of shop 1.0 has no `schema`",
  ],
  [
    "the newer one says nothing",
    shop("1.0", true, 7, 9),
    [shop("1.1", true)],
    false,
    "the holdfast.yaml of shop 1.1 has no `schema`",
  ],
  [
    "one in between is forgotten",
    shop("1.0", true, 7, 9),
    [{ label: "shop 1.1" }],
    false,
    "it is not known whether shop 1.1",
  ],
])("%s", (_when, target, passed, fits, because) => {
  const verdict = judgeSchema(target, passed);
  expect(verdict.fits).toBe(fits);
  expect(verdict.because).toContain(because);
});
