import { execFileSync } from "node:child_process";
import { Clone } from "../../drills/frame/clone";
import { openRevision } from "../../stack/preview/revision";
import { repository } from "../blueprint/source";
import { succeeded } from "./stack/succeeded";

/** The version whose stacks this one takes over. Each release raises it. */
const previousVersion = "2a724e2";

function hasPreviousVersion(): boolean {
  try {
    execFileSync("git", ["cat-file", "-e", `${previousVersion}^{commit}`], { cwd: repository, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Units and files of ours on a machine, by name. */
const ours = "ls -d /etc/systemd/system/*holdfast* /etc/holdfast/* /usr/local/lib/holdfast/* 2>/dev/null; true";
const entries = "SELECT string_agg(id || text, ',' ORDER BY id) FROM entries";

let made: Clone | undefined;

afterAll(() => made?.remove(), 300_000);

// Without the repository's history there is no previous version to start from.
(hasPreviousVersion() ? test : test.skip)(
  "a stack of the previous version is taken over: no failed request, no replacement, same address, same data",
  async () => {
    const clone = new Clone("local-previous", (await openRevision(previousVersion)).folder);
    made = clone;
    await clone.holdfast(["local", "down"]);
    clone.editSettings((text) =>
      text
        .replace("  holdfast:database:", "  holdfast:backup: {}\n  holdfast:database:")
        .replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 2"),
    );
    succeeded(await clone.holdfast(["local", "up"]));
    const before = await clone.status();
    const url = before.url ?? "";
    const post = ["curl", "-fsS", "--data", "text=kept", `${url}/entries`];
    succeeded(await clone.holdfast(["local", "internet", "--", ...post]));
    const sql = () => clone.onMachine("database-1", `cd / && runuser -u postgres -- psql -XqAt -d app -c "${entries}"`);
    const kept = await sql();

    clone.update();
    const visitors = await clone.underLoad(`${url}/`, 100, async () => {
      const { stdout } = succeeded(await clone.holdfast(["local", "up"]));
      expect(stdout).not.toMatch(/replaced|created|deleted/);
    });

    expect(visitors.failures).toEqual({});
    expect(visitors.ok).toBeGreaterThan(1000);
    const after = await clone.status();
    expect(after.url).toBe(url);
    expect(after.machines.map(({ id, name }) => [id, name])).toEqual(before.machines.map(({ id, name }) => [id, name]));
    expect(kept).toContain("kept");
    expect(await sql()).toBe(kept);
    // Nobody can log in as the database's owner any more, and what was known of the backups is still known.
    const owner = ["psql", "--", "-Atc", "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'app'"];
    expect(succeeded(await clone.holdfast(owner)).stdout.trim()).toBe("holdfast_owner");
    expect(await clone.onMachine("database-1", "ls /var/lib/holdfast/backup")).toContain("backups.json");
    for (const { name } of after.machines) {
      expect(await clone.onMachine(name, "systemctl is-system-running")).toBe("running");
      expect(await clone.onMachine(name, ours)).not.toMatch(/claimer/);
    }
    succeeded(await clone.pulumi(["up", "--yes", "--expect-no-changes"]));
  },
  1_500_000,
);
