import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentVariables, readVariable } from "../../lib/environmentVariables";
import { CHECKOUT } from "../../stack/checkout";

const table = "lib/environmentVariables.ts";

/** Programs that this repository starts, whatever they are written in; workflows have secrets and variables of GitHub's. */
const programs = execFileSync(
  "git",
  ["ls-files", "-co", "--exclude-standard", "*.ts", "*.js", "*.py", "*.sh", "Makefile"],
  {
    cwd: CHECKOUT,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((path) => path !== "" && path !== table && !path.startsWith("tests/cli/workflow"))
  .map((path) => ({ path, text: readFileSync(join(CHECKOUT, path), "utf8") }));

/** Name → files in which it stands. */
const used = new Map<string, string[]>();
for (const { path, text } of programs)
  for (const [name] of text.matchAll(/\bHOLDFAST_[A-Z_]*[A-Z]\b/g)) used.set(name, [...(used.get(name) ?? []), path]);

test("every variable that a program names stands in the table, and every one in the table is used", () => {
  expect([...used.keys()].sort()).toEqual(Object.keys(environmentVariables).sort());
});

test("all of them are read in one place", () => {
  const direct = /\b(env|environment)\.HOLDFAST_|\{[^}]*\bHOLDFAST_[A-Z_]+[^}]*\} = (process\.env|environment)\b/;
  const readers = programs.filter(({ path, text }) => !path.startsWith("tests/") && direct.test(text));
  expect(readers.map(({ path }) => path)).toEqual([]);
});

test("a variable that is set to nothing is not set", () => {
  expect(readVariable("HOLDFAST_LOCAL", { HOLDFAST_LOCAL: "" })).toBeUndefined();
  expect(readVariable("HOLDFAST_LOCAL", { HOLDFAST_LOCAL: "local-2" })).toBe("local-2");
});
