import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "../../../lib/run";
import type { Clone } from "../../../drills/frame/clone";
import { saidBy, succeeded } from "../stack/succeeded";

/** A stack with a database and one app machine. */
export interface RestoredStack {
  readonly clone: Clone;
  /** Asks the app's database. */
  readonly sql: (statement: string) => Promise<string>;
  /** Resolves when the app answers with what is in the database. */
  readonly serves: () => Promise<void>;
}

/** A moment of the database's own clock, after everything that it was told before. */
export function momentOf(sql: RestoredStack["sql"]): Promise<string> {
  return sql(`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
}

/** Stops the job when the database of before is put aside and the restored one is not there yet. */
const stopInTheMiddle = [
  "for look in $(seq 2400); do test -e /var/lib/holdfast/restore.json && break; sleep 0.05; done",
  "systemctl kill --signal=STOP holdfast-job@restore.service",
].join("\n");

/** Tests of a restore whose command line, and then whose job, is killed with SIGKILL. */
export function restoresThatAreKilled({ clone, sql, serves }: RestoredStack): void {
  const lease = () => clone.onMachine("app-1", "sudo holdfast lease show");
  const restore = (env = {}) => clone.holdfast(["restore", "--to", moment, "--yes"], { env });
  let moment: string;

  test("its job goes on: beside it nobody begins another one, and the app starts at its end", async () => {
    await sql("CREATE TABLE marked (n int)");
    moment = await momentOf(sql);
    await sql("SELECT pg_sleep(1); INSERT INTO marked VALUES (1)");
    const stopped = clone.onMachine("database-1", stopInTheMiddle);
    const kill = inTheBackground(clone, ["restore", "--to", moment, "--yes"]);
    await stopped;
    kill();

    expectRefused(await restore(), /^holdfast: restore is already working on the database/m);
    expectRefused(
      await clone.holdfast(["import", "--from", "any.dump", "--yes"]),
      /restore is already working on the database/,
    );
    expect(await clone.onMachine("app-1", "systemctl is-active app@1.service || true")).toBe("inactive");

    await clone.onMachine("database-1", "systemctl kill --signal=KILL holdfast-job@restore.service");
    expect(await lease()).toMatch(/^Held by .*\(restore, /);
    expectRefused(
      await restore({ HOLDFAST_LEASE_TIMEOUT: "1" }),
      /has the stack's lease since .*\(restore\), .*after 1 s/,
    );
    await serves();
    expect(await sql("SELECT count(*) FROM marked")).toBe("1");
  }, 240_000);

  test("run again, it waits for the lease of the first, restores, and leaves the lease free", async () => {
    expect(saidBy(await restore())).toMatch(/restored to/);
    expect(await sql("SELECT count(*) FROM marked")).toBe("0");
    await serves();
    expect(await lease()).toMatch(/^Free/);
  }, 240_000);
}

/** Tests of a restore to a moment before the release that runs has migrated the database. */
export function restoresToBeforeAMigration({ clone, sql, serves }: RestoredStack): void {
  const restore = (...wish: string[]) => clone.holdfast(["restore", "--to", moment, "--yes", ...wish]);
  const later = () => sql("SELECT coalesce(to_regclass('later')::text, 'none') || ' ' || max(number) FROM migrations");
  const since = () => clone.onMachine("app-1", "sudo holdfast-migrations since");
  let moment: string;

  test("nobody has said whether the release migrates again: refused, and nothing changes", async () => {
    moment = await momentOf(sql);
    clone.edit("examples/guestbook/holdfast.yaml", (text) => text.replace(/^version: .*$/m, "version: 8.0.0"));
    writeFileSync(join(clone.folder, "examples/guestbook/migrations/003_later.sql"), "CREATE TABLE later (n int);\n");
    succeeded(await clone.pulumi(["up", "--yes", "--skip-preview"]));
    await sql("INSERT INTO later VALUES (1)");
    expectRefused(await restore(), /migrated the database at .* after this moment.*--migrate.*--no-migrate/);
    expect(await sql("SELECT count(*) FROM later")).toBe("1");
  }, 300_000);

  test("--migrate: the release has what it needs before its first instance starts", async () => {
    const first = await since();
    succeeded(await restore("--migrate"));
    await serves();
    expect(await later()).toBe("later 3");
    expect(await sql("SELECT count(*) FROM later")).toBe("0");
    expect(Date.parse(await since())).toBeGreaterThan(Date.parse(first));
  }, 180_000);

  test("--no-migrate: the release runs on the schema of before, also when it starts again", async () => {
    succeeded(await restore("--no-migrate"));
    await clone.onMachine("app-1", "systemctl restart app-migrate.service 'app@*.service'");
    await serves();
    expect(await later()).toBe("none 2");
  }, 180_000);
}

/** Begins a command; what is returned kills it, and all that it has begun on this computer, with SIGKILL. */
function inTheBackground(clone: Clone, args: readonly string[]): () => void {
  const env = { ...process.env, HOLDFAST_LOCAL: clone.name };
  const options = { cwd: clone.folder, env, stdio: "ignore", detached: true } as const;
  const { pid } = spawn(process.execPath, ["bin/holdfast", ...args], options);
  if (pid === undefined) throw new Error("node does not start");
  return () => process.kill(-pid, "SIGKILL");
}

/** @param reason in what the command has said */
export function expectRefused({ code, stdout, stderr }: RunResult, reason: RegExp): void {
  expect({ code, said: stdout + stderr }).toEqual({ code: 1, said: expect.stringMatching(reason) as string });
}
