import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allowInotifyInstances } from "../../../local/machines/inotifyLimit";

const folder = mkdtempSync(join(tmpdir(), "holdfast-watches-"));
const file = join(folder, "max_user_instances");

afterAll(() => rmSync(folder, { recursive: true }));

test("a limit that stops the twenty-third machine is raised, and it is said", () => {
  writeFileSync(file, "128\n");
  expect(allowInotifyInstances(file)).toContain("from 128 to 1024");
  expect(readFileSync(file, "utf8")).toBe("1024\n");
});

test("a limit that is high enough is left alone", () => {
  writeFileSync(file, "8192\n");
  expect(allowInotifyInstances(file)).toBeUndefined();
  expect(readFileSync(file, "utf8")).toBe("8192\n");
});
