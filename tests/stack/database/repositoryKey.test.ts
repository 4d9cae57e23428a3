import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyOfFile } from "../../../stack/database/repositoryKey";
import { exampleKey } from "../../roles/database/backup/exampleKey";
import { testFolder } from "../../support/folder";

const folder = testFolder();

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
