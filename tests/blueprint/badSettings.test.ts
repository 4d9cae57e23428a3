import { SettingsError } from "../../blueprint/problems";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import { badSettings } from "./badSettings";
import { type BadSettings, stackFile, wordsOf } from "./badSettings/badSettings";
import { sourceOf } from "./source";

const all: readonly BadSettings[] = Object.values(badSettings).flat();

describe.each(Object.entries(badSettings))("%s", (_, cases: readonly BadSettings[]) => {
  test.each(cases.map((bad) => [bad.mistake, bad] as const))("%s", (_mistake, bad) => {
    const [head, ...problems] = refusalOf(bad).split("\n\n");
    expect(head).toContain(`nothing was touched (Pulumi.${bad.stack ?? "prod"}.yaml)`);
    for (const problem of problems) expect(problem).toMatch(/^ {2}\S.*: .+\n {4}Why: .+\n {4}Fix: .+$/);
    for (const words of wordsOf(bad)) expect(problems).toContainEqual(containingAll(words));
    expect(problems).toHaveLength(bad.says.length);
  });
});

test("there are at least a hundred of them", () => {
  expect(all.length).toBeGreaterThanOrEqual(100);
});

test("no refusal repeats what may be secret", () => {
  for (const bad of all) expect(refusalOf(bad)).not.toContain("hunter2");
});

function containingAll(words: readonly string[]): unknown {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return expect.stringMatching(new RegExp(escaped.join("[^]*")));
}

/** What is said about these settings. @throws when nothing is: then they were accepted */
function refusalOf(bad: BadSettings): string {
  const { stack = "prod", update = false } = bad;
  try {
    readSettings(parseSettings({ ...sourceOf(stackFile(bad), stack), preview: !update }));
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error(`these settings were accepted: ${stackFile(bad)}`);
}
