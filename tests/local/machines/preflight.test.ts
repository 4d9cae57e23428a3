import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { missingPackages, REQUIRED_COMMANDS } from "../../../local/machines/preflight";

test("a computer without the commands is told which packages to install, each once", () => {
  const empty = mkdtempSync(`${tmpdir()}/holdfast-empty-`);
  try {
    const missing = missingPackages(empty);
    for (const name of Object.values(REQUIRED_COMMANDS)) expect(missing).toContain(name);
    expect(new Set(missing).size).toBe(missing.length);
  } finally {
    rmSync(empty, { recursive: true });
  }
});
