import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { preProcessFile } from "typescript";
import table from "../imports.json";

const root = join(__dirname, "..");
const files = execFileSync("git", ["ls-files", "*.ts"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n")
  .filter((file) => existsSync(join(root, file)));
const known = new Set(files);

/** What a file imports, with `require`, `import()` and types; by the names that it writes. */
function specifiersOf(file: string): string[] {
  const { importedFiles } = preProcessFile(readFileSync(join(root, file), "utf8"), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}

/** The TypeScript files of this repository that a file imports. */
function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => posix.join(posix.dirname(file), specifier))
    .flatMap((path) =>
      [`${path}.ts`, `${path}/index.ts`, path].filter((candidate) => known.has(candidate)).slice(0, 1),
    );
}

const graph = new Map(files.map((file) => [file, importsOf(file)]));
const topOf = (file: string) => file.split("/")[0] as string;
const isIn = (folder: string) => (file: string) =>
  file === folder || file === `${folder}.ts` || file.startsWith(`${folder}/`);

type Row = (typeof table)[keyof typeof table];
const rows = Object.entries(table) as [string, Row][];

/** The row of the innermost folder that has one. */
function rowOf(file: string): readonly [string, Row] | undefined {
  return rows.filter(([folder]) => isIn(folder)(file)).sort(([one], [other]) => other.length - one.length)[0];
}

/** Imports between top-level folders, as `from to`. */
const pairs = new Set(
  [...graph].flatMap(([file, imported]) =>
    imported.filter((target) => topOf(target) !== topOf(file)).map((target) => `${topOf(file)} ${topOf(target)}`),
  ),
);

/** A circle of files that begins and ends with this one. */
function circleFrom(start: string): string[] | undefined {
  const seen = new Set<string>();
  const follow = (file: string, way: readonly string[]): string[] | undefined => {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const circle = follow(next, [...way, next]);
      if (circle) return circle;
    }
    return undefined;
  };
  return follow(start, [start]);
}

test("every folder with TypeScript has a row, and every row a folder", () => {
  expect([...new Set(files.map(topOf))].filter((folder) => !(folder in table))).toEqual([]);
  expect(rows.map(([folder]) => folder).filter((folder) => !files.some(isIn(folder)))).toEqual([]);
});

test("files import what the row of their folder allows", () => {
  const wrong = files.flatMap((file) => {
    const [name, { folders }] = rowOf(file) ?? ["", { folders: [] }];
    const allowed = [name, ...folders].map(isIn);
    return importsOf(file)
      .filter((target) => !allowed.some((matches) => matches(target)))
      .map((target) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test("the product imports nothing of the local cloud, the commands, the drills or the tests", () => {
  const product = ["index.ts", "blueprint", "catalog", "components", "roles", "provider", "release"];
  const around = ["local", "stack", "cli", "failures", "drills", "bench", "tests"];
  const wrong = rows
    .filter(([folder]) => product.includes(topOf(folder)))
    .flatMap(([folder, { folders }]) =>
      folders.filter((target) => around.includes(topOf(target))).map((target) => `${folder} may import ${target}`),
    );
  expect(wrong).toEqual([]);
});

test("no two folders import each other", () => {
  expect([...pairs].filter((pair) => pairs.has(pair.split(" ").reverse().join(" ")))).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(files.map(circleFrom).find((circle) => circle !== undefined)).toBeUndefined();
});

test("ESLint refuses an import that the table does not have", () => {
  const text = [
    'import "../stack/checkout";',
    'export type { Cloud } from "../local/api/service/cloud";',
    'export type Settings = import("../blueprint/settings").Settings;',
    'export const program = require("../index");',
    'export const later = import("zod");',
    'export * from "./run";',
  ].join("\n");
  const program = [
    'import { ESLint } from "eslint";',
    'import { configs } from "typescript-eslint";',
    // Rules that need types would load the whole program.
    "const eslint = new ESLint({ overrideConfig: configs.disableTypeChecked });",
    "const [{ messages }] = await eslint.lintText(process.argv[1], { filePath: 'lib/errors.ts' });",
    "console.log(JSON.stringify(messages));",
  ].join("\n");
  const said = execFileSync("node", ["--input-type=module", "--eval", program, text], { cwd: root, encoding: "utf8" });
  const messages = JSON.parse(said) as { ruleId: string; line: number }[];
  const refused = messages.filter(({ ruleId }) => ruleId === "holdfast/imports").map(({ line }) => line);
  expect(refused).toEqual([1, 2, 3, 4, 5]);
});
