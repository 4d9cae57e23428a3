import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SettingsError } from "../../blueprint/problems";
import { readSettings } from "../../blueprint/settings";
import { sourceOf } from "./source";

const folder = join(__dirname, "bad");
const names = readdirSync(folder);

// Each file says in its head what a person has to be told.
test.each(names)("%s is refused with a reason and a fix", (name) => {
  const yaml = readFileSync(join(folder, name), "utf8");
  const expected = [...yaml.matchAll(/^#   (.*)$/gm)].map(([, text]) => text ?? "");
  const message = refusalOf(yaml);
  expect(expected.length).toBeGreaterThan(0);
  for (const text of expected) expect(message).toContain(text);
});

test.each(names)("%s is refused for what is wrong in it, and for nothing else", (name) => {
  const message = refusalOf(readFileSync(join(folder, name), "utf8"));
  const problems = message.split("\n\n").slice(1);
  for (const problem of problems) expect(problem).toMatch(/^ {2}holdfast:\S+: .+\n {4}Why: .+\n {4}Fix: .+$/);
  expect(message).toContain("nothing was touched (Pulumi.prod.yaml)");
  if (!["many-at-once.yaml", "admin-missing.yaml", "app-server-type-elsewhere.yaml"].includes(name)) {
    expect(problems).toHaveLength(1);
  }
});

test("there are at least thirty of them", () => {
  expect(names.length).toBeGreaterThanOrEqual(30);
});

function refusalOf(yaml: string): string {
  try {
    readSettings(sourceOf(yaml));
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error("these settings were accepted");
}
