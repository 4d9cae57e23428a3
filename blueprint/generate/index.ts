import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { alertsPage } from "../../alerts/page";
import { environmentVariablesPage } from "../../lib/environmentVariables";
import { editorSchema } from "./editorSchema";
import { reachTable } from "./reachTable";
import { settingsPage } from "./settingsPage";

const root = join(__dirname, "../..");

/** What is generated from settings, packet filter and environment variables: path in the repository → content. */
export async function generated(): Promise<Record<string, string>> {
  const contents = {
    "blueprint/settings.schema.json": JSON.stringify(editorSchema()),
    "docs/alerts.md": alertsPage(),
    "docs/environment-variables.md": environmentVariablesPage(),
    "docs/security.md": withBlock("docs/security.md", "who reaches what", reachTable()),
    "docs/settings.md": settingsPage(),
  };
  const formatted = Object.entries(contents).map(async ([path, content]) => {
    const options = await resolveConfig(join(root, path));
    return [path, await format(content, { ...options, filepath: path })] as const;
  });
  return Object.fromEntries(await Promise.all(formatted));
}

/** A page that people write, with one part in it that is generated. */
function withBlock(page: string, name: string, block: string): string {
  const [before, , after] = readFileSync(join(root, page), "utf8").split(/(<!-- generated: [^]*?<!-- end -->)/);
  return `${before}<!-- generated: ${name} -->\n\n${block}\n\n<!-- end -->${after}`;
}

// `make generate` writes the files; a test compares them.
if (require.main === module) {
  void generated().then((files) => {
    for (const [path, content] of Object.entries(files)) {
      if (readFileSync(join(root, path), "utf8") !== content) writeFileSync(join(root, path), content);
    }
  });
}
