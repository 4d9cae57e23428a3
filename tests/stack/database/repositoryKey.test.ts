import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyOfFile } from "../../../stack/database/repositoryKey";
import { exampleKey } from "../../roles/database/backup/exampleKey";

const folder = mkdtempSync(join(tmpdir(), "holdfast-key-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const path = join(folder, "key.json");
  writeFileSync(path, text);
  return path;
}

test("the key that was printed is the key that is read", () => {
  expect(keyOfFile(written(JSON.stringify(exampleKey)))).toEqual(exampleKey);
});

test.each([
  ["no JSON at all: hunter2", "no JSON"],
  [JSON.stringify({ version: 1, passphrase: "hunter2" }), "lacks stack, postgresql, path, storage"],
  [JSON.stringify({ ...exampleKey, passphrase: "hunter2", version: 2 }), "version is 2"],
  ["null", "lacks stack"],
])("something else is refused without being repeated", (text, why) => {
  const path = written(text);
  expect(() => keyOfFile(path)).toThrow(why);
  expect(() => keyOfFile(path)).not.toThrow("hunter2");
});

test("a key that is not there is said with its path", () => {
  expect(() => keyOfFile("/nonexistent/key.json")).toThrow("/nonexistent/key.json");
});
