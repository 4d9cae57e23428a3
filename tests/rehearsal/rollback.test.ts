import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { StoredRelease } from "../../release/store/store";
import { Clone } from "../../drills/frame/clone";
import { saidBy } from "./stack/succeeded";

// Releases come and are taken back, the way a person does it. Each test goes on from the one before it.

const manifest = "examples/guestbook/holdfast.yaml";
const machines = ["app-1", "app-2"];
const clone = new Clone("local-rollback");

beforeAll(async () => {
  await clone.holdfast(["local", "down"]);
  // As small and as quick as it gets with two machines, so that one of them can be behind the other.
  clone.editSettings((text) => text.replace("instances: 2", "instances: 1\n    settleTime: 1"));
  saidBy(await clone.holdfast(["local", "up"]));
}, 600_000);

afterAll(() => clone.remove(), 300_000);

/** What the settings name. */
function named(): string {
  const file = parse(readFileSync(join(clone.folder, `Pulumi.${clone.name}.yaml`), "utf8")) as {
    config: Record<string, { release: string }>;
  };
  return file.config["holdfast:app"]?.release ?? "";
}

/** What machines run, by the first digits of its checksum. */
async function running(): Promise<string[]> {
  const links = machines.map((name) => clone.onMachine(name, "readlink /opt/app/release"));
  return (await Promise.all(links)).map((link) => /[0-9a-f]{64}/.exec(link)?.[0] ?? link);
}

async function stored(): Promise<StoredRelease[]> {
  return JSON.parse(saidBy(await clone.holdfast(["release", "list", "--json"]))) as StoredRelease[];
}

/** The next release of the guestbook, named in the settings. */
async function build(version: string, schema = 2): Promise<StoredRelease> {
  clone.edit(manifest, (text) =>
    text
      .replace(/^version: .*$/m, `version: "${version}"`)
      .replace(/^schema: .*$/m, `schema: { number: ${String(schema)} }`),
  );
  const built = await clone.holdfast(["release", "build", "examples/guestbook", "--use", clone.name, "--json"]);
  if (built.code !== 0) throw new Error(built.stderr);
  return JSON.parse(built.stdout) as StoredRelease;
}

const up = async () => saidBy(await clone.pulumi(["up", "--yes", "--skip-preview"]));
const rollback = (...args: string[]) => clone.holdfast(["rollback", ...args]);

/** Settings, machines and Pulumi's state agree. */
async function expectEverywhere(sha256: string): Promise<void> {
  expect(await running()).toEqual(machines.map(() => sha256));
  saidBy(await clone.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]));
}

test("a folder that was edited and rolled out is taken back by its content, though nobody raised its version", async () => {
  const [first = ""] = await running();
  clone.edit("examples/guestbook/page.py", (text) => `${text}\n# edited\n`);
  await up();
  expect(await running()).not.toContain(first);
  expect(saidBy(await rollback())).toContain("Going back from guestbook");
  expect(named()).toBe(`guestbook@sha256:${first}`);
  await expectEverywhere(first);
}, 300_000);

test("a release of the store is rolled out, and taken back while its roll-out is half-way", async () => {
  const [before = ""] = await running();
  const release = await build("2.0.0");
  await killedUp();
  expect(await running()).toContain(release.sha256);
  saidBy(await rollback());
  await expectEverywhere(before);
  expect(
    saidBy(await clone.holdfast(["ssh", "app-1", "--", "tail", "-n", "1", "/var/log/holdfast/rollouts.log"])),
  ).toContain('"reason": "rollback to guestbook');
}, 400_000);

test("a migration in between: refused where nobody can be asked, and nothing changes", async () => {
  const release = await build("2.1.0", 900);
  await up();
  const refused = await rollback();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/took the database to schema 900, and guestbook .* knows schemas up to \d+/);
  expect(refused.stderr).toContain("confirm with --yes");
  expect(named()).toBe("guestbook@2.1.0");
  await expectEverywhere(release.sha256);
  saidBy(await rollback("--yes"));
  expect(await running()).not.toContain(release.sha256);
}, 400_000);

test("what the store does not have is refused with what to do", async () => {
  const missing = await rollback("--to", "9.9.9");
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/guestbook@9\.9\.9 is not in the folder .*: choose from guestbook@2\.1\.0/);
  expect((await stored()).map(({ version }) => version)).toContain("2.0.0");
}, 60_000);

/** `pulumi up` that is killed when the first machine is done and the second one has begun. */
async function killedUp(): Promise<void> {
  const line = 'eval "$(node bin/holdfast local env)" && exec pulumi up --yes --skip-preview --non-interactive';
  const env = { ...process.env, HOLDFAST_LOCAL: clone.name };
  const update = spawn("/bin/sh", ["-c", line], { cwd: clone.folder, env, stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  for await (const chunk of update.stdout as AsyncIterable<Buffer>) {
    said += chunk.toString();
    if (/app-1 updated[\s\S]*app-2 updating .*(restart|service)/.test(said)) break;
  }
  update.kill("SIGKILL");
  expect(said).toContain("app-2 updating");
  expect(said).not.toContain("app-2 updated");
}
