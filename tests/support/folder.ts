import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of this test, gone when it has ended. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-release-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, by their paths below a folder, and gives the folder. */
export function fill(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}

/** A small app that can be released. */
export function app(folder: string, version: string, files: Readonly<Record<string, string>> = {}): string {
  const manifest = `name: shop\nversion: "${version}"\nstart: python3 shop.py\n`;
  return fill(folder, { "holdfast.yaml": manifest, "shop.py": "print('shop')\n", ...files });
}
