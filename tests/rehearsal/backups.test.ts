import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { privateAddress } from "../../blueprint/addresses";
import type { Listing } from "../../stack/database/backupList";
import { until } from "../../drills/frame/wait";
import type { RepositoryKey } from "../../roles/database/backup/key";
import { byHand } from "./backups/byHand";
import { fingerprint, ForeignServer } from "./backups/foreignServer";
import { lose, loseMachines, Rescue } from "./backups/rescue";
import { gained, turnFriendly, turnHostile, whileLinksAreLaid } from "./backups/hostileDatabase";
import { expectRefused, restoresThatAreKilled, restoresToBeforeAMigration } from "./backups/restores";
import { Clone } from "../../drills/frame/clone";
import { saidBy, succeeded } from "./stack/succeeded";
import { expectClaimsToHold } from "./support/drilled";
import { expectNoSecretsTold } from "./stack/noSecretsTold";

/** A stack with a database and backups, used from the command line: made, looked at, proven, put back, and rescued. */
const clone = new Clone("local-backups");

beforeAll(async () => {
  // Two machines: the app's, which has the load balancer's role too, and the database's.
  clone.editSettings((text) =>
    text
      .replace("  holdfast:database:", "  holdfast:backup: {}\n  holdfast:database:")
      .replace("volumeSize: 10 }", "volumeSize: 10, pool: true }")
      .replace("machines: 2", "machines: 1")
      .replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 0"),
  );
  const { code, stdout, stderr } = await clone.holdfast(["local", "up"], { timeout: 900 });
  if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
}, 900_000);

afterAll(() => clone.remove(), 300_000);

const sql = (statement: string, database = "app") =>
  clone.onMachine(
    "database-1",
    `cd / && echo ${Buffer.from(statement).toString("base64")} | base64 -d | runuser -u postgres -- psql -XqAt -d ${database} -f -`,
  );
/** Beside the app's database, which may be closed. */
const asSuperuser = (statement: string) => sql(statement, "postgres");

async function holdfast(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await clone.holdfast(args);
  if (code !== 0) throw new Error(`holdfast ${args.join(" ")}: ${stderr || stdout}`);
  return stdout;
}

async function serves(): Promise<void> {
  const { url } = await clone.status();
  await until("the app serves again", 60, async () => {
    const answer = await clone.holdfast(["local", "internet", "--", "curl", "-fsS", "-m", "3", `${url}/entries`]);
    return answer.code === 0 || answer.stderr;
  });
}

async function listing(): Promise<Listing> {
  return JSON.parse(await holdfast("backup", "list", "--json")) as Listing;
}

test("the first backup makes itself", async () => {
  await until("a first backup", 120, async () => (await listing()).backups.length > 0, 2);
  expect((await listing()).problem).toBeNull();
}, 180_000);

test("a backup is proven by restoring it, and the proof is written down", async () => {
  await sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number");
  expect(await holdfast("backup", "prove")).toMatch(/proven: backup \S+ gives back \d+ rows/);
  const { proof } = await listing();
  expect(proof).toMatchObject({ ok: true, reason: null });
  expect(proof?.rows).toBeGreaterThanOrEqual(1000);
  expect(await clone.onMachine("database-1", "ls -A /srv/database/holdfast-proof")).toBe("");
}, 180_000);

test("an app that turns against its stack gains nothing from those who look into its database", async () => {
  await turnHostile(clone);
  expect(await holdfast("backup", "prove")).toMatch(/proven: backup \S+ gives back \d+ rows/);
  expect(await gained(clone)).toBe("");
  await holdfast("restore", "--to", "latest", "--yes");
  await serves();
  expect(await gained(clone)).toBe("");
  // The proof may fail, but not write elsewhere.
  await whileLinksAreLaid(clone, async () => void (await clone.holdfast(["backup", "prove"])));
  expect(await gained(clone)).toBe("");
  await turnFriendly(clone);
  await holdfast("backup", "prove");
}, 400_000);

test("drill: a file on the storage is damaged", async () => {
  await expectClaimsToHold(clone, ["damaged-repository"], { limit: 600, clock: "ignored" });
}, 600_000);

test("with nothing but the key, by hand on another machine, as docs/restore.md says", async () => {
  const path = join(clone.folder, "safe.key");
  await holdfast("backup", "key", "--out", path);
  const key = readFileSync(path, "utf8");
  rmSync(path);
  // Any Debian 13 machine: one that has never heard of the database's backups.
  const page = readFileSync(join(clone.folder, "docs/restore.md"), "utf8");
  const rescued = await clone.onMachine("app-1", byHand(page, key));
  expect(rescued).toContain("1000|1000");
}, 240_000);

test("no password or key is in user data, arguments, journal, shell history or plain state", async () => {
  await expectNoSecretsTold(clone, ["app-1", "database-1"], async () => {
    const said = [
      await holdfast("backup", "now"),
      await holdfast("backup", "prove"),
      await holdfast("backup", "verify"),
    ];
    said.push(await holdfast("restore", "--to", "latest", "--yes"), await holdfast("restore", "--forget"));
    const repair = clone.editSettings((text) => text.replace("instances: 2", "instances: 3"));
    said.push(saidBy(await clone.pulumi(["up", "--yes", "--diff"])));
    repair();
    said.push(saidBy(await clone.pulumi(["up", "--yes", "--skip-preview"])));
    await serves();
    return said.join("\n");
  });
}, 480_000);

describe("an existing database moves in", () => {
  const foreign = new ForeignServer(clone, "app-1", privateAddress("app", 1));
  let expected: string;

  beforeAll(async () => {
    expected = await foreign.make();
  }, 60_000);

  const forms: [string, () => Promise<string>][] = [
    ["pg_dump's custom form, with owners", () => foreign.dump("old.dump", "-Fc")],
    ["SQL", () => foreign.dump("old.sql", "--no-owner --no-privileges")],
    ["SQL, gzipped", () => foreign.dump("old.sql.gz", "--no-owner --no-privileges -Z 6")],
    ["its server", () => Promise.resolve(foreign.address)],
  ];
  test.each(forms)(
    "from %s: every row, nobody else's to look at, and what the release needs",
    async (_form, from) => {
      const source = await from();
      const imported = await clone.holdfast(["import", "--from", source, "--yes"], {
        env: { PGPASSWORD: foreign.password },
      });
      expect({ ...imported, stdout: "" }).toMatchObject({ code: 0 });
      expect(await sql(fingerprint)).toBe(expected);
      expect(await sql("SELECT tableowner FROM pg_tables WHERE tablename = 'guests'")).toBe("app");
      expect(await sql("SELECT has_database_privilege('pg_monitor', 'app', 'CONNECT')")).toBe("f");
      // The dump knows nothing of entries: the release's migrations ran before the app came back.
      await serves();
      expect(await sql("SELECT count(*) FROM migrations")).toBe("2");
      expect(await asSuperuser("SELECT count(*) FROM pg_database WHERE datname LIKE 'app-before-%'")).not.toBe("0");
      await asSuperuser(
        "SELECT format('DROP DATABASE %I', datname) FROM pg_database WHERE datname LIKE 'app-before-%' \\gexec",
      );
    },
    120_000,
  );

  test("what is no dump, or wants to be more than the app, changes nothing", async () => {
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(clone.folder, name), content);
      return join(clone.folder, name);
    };
    const escape = [
      "CREATE TABLE harmless (id int);",
      "\\! id -un >&2",
      "RESET SESSION AUTHORIZATION; RESET ROLE; COMMIT;",
    ].join("\n");
    const refusals: [string, RegExp][] = [
      [file("photo.dump", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")), /pg_dump did not write this/],
      [file("letter.sql", "Dear Sir or Madam,\n"), /pg_dump did not write this/],
      [file("empty.sql", "SELECT 1;\n"), /no tables/],
      [file("evil.sql", `${escape}\nCREATE ROLE evil SUPERUSER;\n`), /line 2: \\! is a command of the program psql/],
      [file("role.sql", "CREATE TABLE harmless (id int);\nSET ROLE postgres;\n"), /permission denied to set role/],
      [foreign.address.replace("reader", "stranger"), /did not answer[^]*stranger/],
    ];
    for (const [from, reason] of refusals) {
      const { code, stdout, stderr } = await clone.holdfast(["import", "--from", from, "--yes"], {
        env: { PGPASSWORD: "wrong" },
      });
      expect({ from, code, said: stdout + stderr }).toEqual({
        from,
        code: 1,
        said: expect.stringMatching(reason) as string,
      });
    }
    expect(await asSuperuser("SELECT count(*) FROM pg_roles WHERE rolname = 'evil'")).toBe("0");
    expect(await asSuperuser("SELECT count(*) FROM pg_database WHERE datname LIKE 'app-import-%'")).toBe("0");
    expect(await sql(fingerprint)).toBe(expected);
    await serves();
  }, 180_000);

  test("one that is killed while it loads leaves all as it was, and had the lease all the time", async () => {
    writeFileSync(join(clone.folder, "slow.sql"), "CREATE TABLE slow (id int);\nSELECT pg_sleep(600);\n");
    const importing = clone.holdfast(["import", "--from", join(clone.folder, "slow.sql"), "--yes"]);
    const loading = "SELECT count(*) FROM pg_database WHERE datname LIKE 'app-import-%'";
    await until("a database is loaded beside the app's", 60, async () => (await asSuperuser(loading)) === "1");
    expect(await clone.onMachine("app-1", "sudo holdfast lease show")).toMatch(/^Held by .*\(import, /);
    expect(await clone.onMachine("app-1", "systemctl is-active app@1.service || true")).toBe("active");

    await clone.onMachine("database-1", "systemctl kill --signal=KILL holdfast-job@load.service");
    expect((await importing).code).not.toBe(0);
    await serves();
    expect(await sql(fingerprint)).toBe(expected);
    expect(await asSuperuser(loading)).toBe("0");
    expect(await clone.onMachine("app-1", "sudo holdfast lease show")).toMatch(/^Free/);
  }, 120_000);

  test("a swap that was cut leaves the app's database open", async () => {
    await asSuperuser("ALTER DATABASE app ALLOW_CONNECTIONS false");
    await clone.onMachine("database-1", "holdfast-backup ended import </dev/null");
    expect(await sql(fingerprint)).toBe(expected);
  }, 60_000);
});

describe("a restore is killed", () => restoresThatAreKilled({ clone, sql, serves }));
// The last but one: what follows needs a database that lacks the newest migration.
describe("a restore goes back to before a migration", () => restoresToBeforeAMigration({ clone, sql, serves }));

describe("nothing is left but the key, the storage and the repository", () => {
  const fresh = new Clone(clone.name);
  const rescue = new Rescue(fresh);
  const key = join(fresh.folder, "guestbook-prod.key");
  let rows: string;

  /** The last command of the chapter, as it stands there. */
  async function restoreByThePage(): Promise<string> {
    const page = readFileSync(join(fresh.folder, "docs/restore.md"), "utf8");
    const [, command = ""] = /npx holdfast (restore .*--into rescue --key \S+)/.exec(page) ?? [];
    const words = command.replace("rescue", rescue.stack).replace("guestbook-prod.key", key).split(" ");
    return saidBy(await fresh.holdfast([...words, "--yes"]));
  }

  afterAll(() => fresh.remove(), 300_000);

  test("a new stack goes on with the rows, migrated, and leaves the old one's backups alone", async () => {
    await sql("CREATE TABLE kept_too AS SELECT generate_series(1, 777) AS n");
    await holdfast("backup", "now");
    // After the backup: only WAL has them.
    await sql("INSERT INTO kept_too VALUES (1000)");
    rows = await sql("SELECT count(*) || ' ' || max(n) FROM kept_too");
    await holdfast("backup", "key", "--out", key);
    const segment = await sql("SELECT pg_walfile_name(pg_switch_wal())");
    const last = "SELECT last_archived_wal FROM pg_stat_archiver";
    await until("the last WAL is in the storage", 60, async () => (await sql(last)) >= segment);
    await lose(clone);

    // Whoever comes back after a while has a newer release.
    fresh.edit("examples/guestbook/holdfast.yaml", (text) => text.replace(/^version: .*$/m, "version: 9.0.0"));
    writeFileSync(join(fresh.folder, "examples/guestbook/migrations/003_later.sql"), "CREATE TABLE later (n int);\n");
    rescue.writeSettings();
    await rescue.pulumi(["stack", "init"]);
    await rescue.pulumi(["up", "--yes", "--skip-preview"]);
    const old = JSON.parse(readFileSync(key, "utf8")) as RepositoryKey;
    const before = await rescue.contentOf(old);
    expect(before).toContain("backup.manifest");

    expect(await restoreByThePage()).toMatch(/this stack's repository now belongs to the restored database/);
    expect(await rescue.sql("SELECT count(*) || ' ' || max(n) FROM kept_too")).toBe(rows);
    expect(await rescue.sql("SELECT max(number) FROM migrations")).toBe("3");
    expect(await rescue.sql("SELECT count(*) FROM later")).toBe("0");
    for (const machine of ["app-1", "app-2"]) await rescue.serves(machine);

    await rescue.sql("SELECT pg_switch_wal()");
    await until("the new stack has backups of its own", 120, async () => {
      const { stdout } = await fresh.holdfast(["backup", "list", "--json", "--stack", rescue.stack]);
      return (JSON.parse(stdout) as Listing).backups.some(({ kind, ours }) => ours && kind === "full");
    });
    expect(await rescue.contentOf(old)).toBe(before);
  }, 900_000);

  test("an app machine that is not reached is told, and stops no restore", async () => {
    const drop = "nft insert rule inet holdfast in tcp dport 22 drop";
    await rescue.inside("app-2", drop);
    const restored = await fresh.holdfast(["restore", "--to", "latest", "--stack", rescue.stack, "--yes"]);
    await rescue.inside("app-2", "systemctl restart nftables");
    expect(saidBy(restored)).toMatch(/app-2 does not answer, so its instances are not stopped/);
    expect(await rescue.sql("SELECT count(*) || ' ' || max(n) FROM kept_too")).toBe(rows);
    for (const machine of ["app-1", "app-2"]) await rescue.serves(machine);
  }, 300_000);

  test("a lost volume is an empty database, which gets the release's tables", async () => {
    await loseMachines(fresh, (server) => server === `${rescue.stack}-database-1`);
    await rescue.pulumi(["up", "--yes", "--skip-preview", "--refresh"], { HOLDFAST_GONE: "database-1" });
    expect(
      await rescue.sql("SELECT max(number) || ' ' || coalesce(to_regclass('kept_too')::text, 'empty') FROM migrations"),
    ).toBe("3 empty");
    for (const machine of ["app-1", "app-2"]) await rescue.serves(machine);
  }, 600_000);

  test("whose repository goes on with it once somebody says so, and keeps the backups of before", async () => {
    const backup = (...args: string[]) => fresh.holdfast(["backup", ...args, "--stack", rescue.stack]);
    expectRefused(await backup("now"), /belongs to another database[^]*backup adopt/);
    await rescue.sql("CREATE TABLE begun_anew AS SELECT 1 AS n");
    expect(saidBy(await backup("adopt", "--yes"))).toMatch(/now belongs to this database/);
    await until("it has a full backup", 120, async () => {
      const { backups, problem } = JSON.parse((await backup("list", "--json")).stdout) as Listing;
      return (
        problem ?? (backups.some(({ kind, ours }) => ours && kind === "full") && backups.some(({ ours }) => !ours))
      );
    });
    succeeded(await fresh.holdfast(["restore", "--to", "latest", "--stack", rescue.stack, "--yes"]));
    expect(await rescue.sql("SELECT n FROM begun_anew")).toBe("1");
    for (const machine of ["app-1", "app-2"]) await rescue.serves(machine);
  }, 300_000);
});
