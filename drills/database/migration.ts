import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noGetFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { askInstances, type Stack } from "../frame/stack";
import { allAcknowledged, databaseDrill, nothingLost } from "./common";
import { query, writingThrough } from "./writing";

const guestbook = join(__dirname, "../../examples/guestbook");

/** The guestbook with a migration that does something, and then cannot go on. */
function badRelease(): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-drill-migration-"));
  cpSync(guestbook, folder, { recursive: true });
  const manifest = join(folder, "holdfast.yaml");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(/^version: .*$/m, `version: 9.${Date.now()}.0`));
  writeFileSync(
    join(folder, "migrations/003_half.sql"),
    "ALTER TABLE entries ADD COLUMN mood text;\nCREATE TABLE moods (name text);\nINSERT INTO nowhere VALUES (1);\n",
  );
  return folder;
}

/** Every column of every table, as text. */
async function schema(stack: Stack): Promise<string> {
  const columns = "table_name, column_name, data_type, is_nullable";
  const order = "ORDER BY table_name, column_name";
  const sql = `SELECT ${columns} FROM information_schema.columns WHERE table_schema = 'public' ${order}`;
  return (await query(stack, sql)).join("\n");
}

/** What instances answer as their release, each version once. */
async function versions(stack: Stack): Promise<string[]> {
  const answers = (await askInstances(stack, "/health")).join("\n");
  return [...new Set([...answers.matchAll(/^X-Release: (\S+)/gim)].map(([, version = ""]) => version))];
}

export const failedMigration: Drill = {
  name: "migration-fails",
  title: "Roll-out of a release whose migration fails half-way",
  hypothesis: "The migration's transaction is undone, the roll-out ends there, and the old release serves on.",
  claims: [
    noGetFails,
    allAcknowledged,
    { metric: "halfWay", text: "roll-outs that ended at the migration's last statement", unit: "releases", least: 1 },
    { metric: "schemaChanged", text: "changes of the schema", unit: "changes", worst: 0 },
    { metric: "otherReleases", text: "releases other than the old one that serve", unit: "releases", worst: 0 },
    { metric: "accepted", text: "roll-outs that ended with exit code 0", unit: "releases", worst: 0 },
    ...nothingLost,
  ],
  ...databaseDrill(300),
  runs: 3,
  async fault(stack) {
    const release = badRelease();
    try {
      const before = { schema: await schema(stack), versions: await versions(stack) };
      let halfWay = 0;
      let code = 0;
      const account = await writingThrough(
        stack,
        async () => {
          const up = await stack.up({ settings: { app: { release } } });
          code = up.code;
          // The two statements before that one have been done by then, and are undone.
          halfWay = up.output.includes('relation "nowhere" does not exist') ? 1 : 0;
          return undefined;
        },
        10,
      );
      const after = { schema: await schema(stack), versions: await versions(stack) };
      return {
        ...account,
        halfWay,
        schemaChanged: before.schema === after.schema ? 0 : 1,
        otherReleases: after.versions.filter((version) => !before.versions.includes(version)).length,
        accepted: code === 0 ? 1 : 0,
      };
    } finally {
      rmSync(release, { recursive: true, force: true });
    }
  },
};
