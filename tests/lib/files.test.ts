import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replaceFile, tryRead } from "../../lib/files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a file is replaced, with its mode, and nothing is left beside it", () => {
  const file = join(folder, "one");
  replaceFile(file, "old");
  replaceFile(file, "new", { mode: 0o600 });
  expect(tryRead(file)).toBe("new");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["one"]);
});

test("what cannot be read is undefined", () => {
  expect(tryRead(join(folder, "nothing"))).toBeUndefined();
  expect(tryRead(folder)).toBeUndefined();
});
