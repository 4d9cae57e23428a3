import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { obtainActionlint } from "../../toolchain/actionlint";
import type { Run } from "../../lib/run";
import { ACTIONLINT_VERSION } from "../../toolchain/versions";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "holdfast-"));
});
afterEach(() => rmSync(cache, { recursive: true }));

const building: (code: number) => Run = (code) => (_command, args) => {
  const target = args[args.indexOf("-o") + 1] ?? "";
  if (code === 0) writeFileSync(target, "");
  return Promise.resolve({ code, stdout: "", stderr: "go: no such module" });
};

test("it is built once, and taken from the cache afterwards", async () => {
  const built = await obtainActionlint({ cache, go: "go", run: building(0) });
  expect(built).toBe(join(cache, "toolchain", `actionlint-${ACTIONLINT_VERSION}`, "actionlint"));
  expect(existsSync(built as string)).toBe(true);
  expect(await obtainActionlint({ cache, go: "go", run: building(1) })).toBe(built);
});

test("without Go, or when it does not build, it says why, and leaves nothing half made", async () => {
  expect(await obtainActionlint({ cache, go: "", run: building(0) })).toMatchObject({
    missing: expect.stringContaining("no Go") as string,
  });
  const failed = await obtainActionlint({ cache, go: "go", run: building(1) });
  expect(failed).toEqual({ missing: "it does not build: go: no such module" });
  expect(await obtainActionlint({ cache, go: "go", run: building(0) })).toEqual(expect.any(String));
});

test("the version is that of the module", () => {
  const modules = readFileSync(join(__dirname, "../../toolchain/actionlint/go.mod"), "utf8");
  expect(modules).toContain(`github.com/rhysd/actionlint v${ACTIONLINT_VERSION}`);
});
