import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeBlueprint } from "../../blueprint/blueprint";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import { sectionNames } from "../../blueprint/sections";
import { repository, settingsOf, sourceOf } from "./source";

const textOf = (stack: string) => readFileSync(join(repository, `Pulumi.${stack}.yaml`), "utf8");
const problemsOf = (stack: string) => {
  try {
    readSettings(parseSettings({ ...sourceOf(textOf(stack), stack), preview: false }));
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
};

test.each(["local", "staging", "prod"])("%s is short and names no setting that there is not", (stack) => {
  const lines = textOf(stack).split("\n");
  expect(lines.length).toBeLessThanOrEqual(45);
  const named = lines.flatMap((line) => /^ {2}holdfast:(\w+):/.exec(line)?.[1] ?? []);
  for (const name of named) expect(sectionNames).toContain(name);
});

test("staging has every kind of machine, once; nothing in it is protected", () => {
  const settings = settingsOf("staging");
  expect(
    makeBlueprint(settings)
      .machines.map(({ name }) => name)
      .sort(),
  ).toEqual(["app-1", "database-1", "load-balancer-1"]);
  expect(settings.protect).toBe(false);
});

test("prod is protected, has a pair, and backups away from its database", () => {
  const { protect, loadBalancer, location, backup } = settingsOf("prod");
  expect(protect).toBe(true);
  expect(loadBalancer.machines).toBe(2);
  expect(backup?.storage.location).not.toBe(location);
});

test.each(["staging", "prod"])(
  "what only its owner can put into %s is missing, and said when it is needed",
  (stack) => {
    const text = problemsOf(stack).join("\n");
    expect(text).toContain("holdfast:failoverToken: is missing");
    expect(text).toContain("pulumi config set --secret holdfast:failoverToken");
    expect(text).toContain("is the example's key");
  },
);
