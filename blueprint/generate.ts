import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { environmentVariablesPage } from "../lib/environmentVariables";
import { settingsPage } from "./settingsPage";
import { settingsSchema } from "./settingsSchema";

/** What is generated from the one source of the settings: path in the repository → content. */
export async function generated(): Promise<Record<string, string>> {
  const root = join(__dirname, "..");
  const formatted = async (path: string, content: string) =>
    format(content, { ...(await resolveConfig(join(root, path))), filepath: path });
  return {
    "blueprint/settings.schema.json": await formatted(
      "blueprint/settings.schema.json",
      JSON.stringify(settingsSchema()),
    ),
    "docs/environment-variables.md": await formatted("docs/environment-variables.md", environmentVariablesPage()),
    "docs/settings.md": await formatted("docs/settings.md", settingsPage()),
  };
}

// `npx tsx blueprint/generate.ts` writes the files; a test compares them.
if (require.main === module) {
  void generated().then((files) => {
    for (const [path, content] of Object.entries(files)) {
      const at = join(__dirname, "..", path);
      if (read(at) !== content) writeFileSync(at, content);
    }
  });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
