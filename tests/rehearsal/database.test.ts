import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { localPaths } from "../../local/paths";
import { databasePaths, databaseUnits } from "../../roles/database/paths";
import { poolUnit } from "../../roles/database/pool/paths";
import { Clone } from "../../drills/frame/clone";
import { expectClaimsToHold } from "./support/drilled";

// A database from its first day: kept through a kill, a larger volume and two changes of machine. Each test goes on from
// the one before it.

let clone: Clone;
let url: string;

/** The smallest stack with every kind of machine, and a database where the test wants it. */
function settings(database: string): string {
  return [
    "encryptionsalt: v1:dncBnMTVvyA=:v1:AjDjAKTsqoMJZqPz:5OUFtsjX3AA6BqNfQfU5dLqnJISjyQ==",
    "config:",
    "  holdfast:location: nbg1",
    "  holdfast:app: { release: ./examples/guestbook, machines: 1, instances: 2, settleTime: 1 }",
    "  holdfast:loadBalancer: { machines: 1, limits: { connections: 5000 } }",
    `  holdfast:database: ${database}`,
    "",
  ].join("\n");
}

beforeAll(async () => {
  clone = new Clone("local-database");
  await clone.holdfast(["local", "down"]);
  clone.editSettings(() => settings("{ machines: 1, volumeSize: 10 }"));
  const { code, stdout, stderr } = await clone.holdfast(["local", "up"]);
  if (code !== 0) throw new Error(`the stack did not come up:\n${stdout}\n${stderr}`);
  url = (await clone.status()).url ?? "";
}, 900_000);

afterAll(() => clone.remove(), 300_000);

async function request(path: string, ...options: string[]): Promise<{ status: number; body: string }> {
  const curl = ["curl", "-s", "--max-time", "10", "-w", "\n%{http_code}", ...options, `${url}${path}`];
  const { stdout } = await clone.holdfast(["local", "internet", "--", ...curl]);
  const lines = stdout.trimEnd().split("\n");
  return { status: Number(lines.pop()), body: lines.join("\n") };
}

/** Writes a line, again and again until the database takes it: the id makes it one line all the same. */
async function write(id: string): Promise<void> {
  const body = JSON.stringify({ id, name: "Ana", text: `line ${id}` });
  for (let attempt = 0; attempt < 60; attempt++) {
    const { status } = await request("/entries", "-H", "content-type: application/json", "-d", body);
    if (status === 201) return;
  }
  throw new Error(`nobody took line ${id}`);
}

/** Asks until there is an answer: each instance may have connections left that a killed PostgreSQL cut. */
async function written(): Promise<string[]> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { status, body } = await request("/entries");
    if (status === 200) return (JSON.parse(body) as { entries: { id: string }[] }).entries.map(({ id }) => id);
  }
  throw new Error("nobody shows the lines");
}

/** @param database what the settings say from now on. @default what they say already */
async function up(database?: string): Promise<void> {
  if (database !== undefined) clone.editSettings(() => settings(database));
  const { code, stdout, stderr } = await clone.pulumi(["up", "--yes", "--skip-preview"]);
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
}

test("a line is in PostgreSQL, on the volume, over a connection that is encrypted and proven", async () => {
  await write("first");
  const query = (sql: string) =>
    clone.onMachine("database-1", `cd / && runuser -u postgres -- psql -XqAt -d app -c "${sql}"`);
  expect(await query("SELECT text FROM entries WHERE id = 'first'")).toBe("line first");
  const tls = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'app'";
  expect(await query(tls)).toBe("t");
  expect(await query("SHOW data_checksums")).toBe("on");
  expect(await clone.onMachine("database-1", `findmnt -n -o SOURCE --target ${databasePaths.data}`)).toMatch(
    /loop|scsi/,
  );
  expect(await clone.onMachine("database-1", "systemctl is-system-running")).toBe("running");
}, 120_000);

test("units wait for each other in no circle, of which a boot would drop one at random", async () => {
  // Said to the console alone, before there is a journal: so systemd is asked what it would do.
  for (const machine of ["database-1", "app-1", "load-balancer-1"]) {
    const verified = await clone.onMachine(machine, "systemd-analyze verify --man=no default.target 2>&1 || true");
    expect({ machine, verified }).toEqual({ machine, verified: expect.not.stringContaining("ordering cycle") });
  }
}, 60_000);

test("nobody gets in without TLS, from another machine, or as anybody else", async () => {
  const connect = (user: string, more: string) =>
    `PGPASSWORD=x python3 -c 'import psycopg,sys; psycopg.connect(sys.argv[1])' "host=10.0.1.21 user=${user} dbname=app connect_timeout=5 ${more}" 2>&1 || true`;
  expect(await clone.onMachine("app-1", connect("app", "sslmode=disable"))).toContain("no pg_hba.conf entry");
  expect(await clone.onMachine("app-1", connect("postgres", "sslmode=require"))).toContain("no pg_hba.conf entry");
  expect(await clone.onMachine("app-1", connect("app", "sslmode=require"))).toContain("password authentication failed");
  const port = "timeout 3 bash -c 'echo >/dev/tcp/10.0.1.21/5432' 2>&1 || echo closed";
  expect(await clone.onMachine("load-balancer-1", port)).toContain("closed");
}, 120_000);

test("passwords and keys are where they belong, and nowhere else", async () => {
  const password = await clone.onMachine("database-1", `cat ${databasePaths.password}`);
  const key = (await clone.onMachine("database-1", `sed -n 2p ${databasePaths.key}`)).trim();
  expect(password).toMatch(/^[A-Za-z0-9]{40}$/);
  const places = [
    "/var/lib/cloud",
    "/var/log",
    "/root",
    "/home",
    "/tmp",
    "/var/tmp",
    // The cluster itself: verifiers only, in no table and in no log.
    databasePaths.mount,
  ].join(" ");
  const looks = [
    // What processes were called with.
    "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '",
    "journalctl --no-pager -o cat",
    "cloud-init query userdata 2>/dev/null",
    `find ${places} -xdev -type f -size -64M -exec cat {} + 2>/dev/null`,
  ];
  // Encoded, so that the search does not find itself.
  const encoded = Buffer.from(`${password}\n${key}\n`).toString("base64");
  const patterns = `umask 077; echo ${encoded} | base64 -d >/run/patterns`;
  const counts = looks.map((look) => `{ ${look}; } | grep -acF -f /run/patterns`);
  for (const machine of ["database-1", "app-1", "load-balancer-1"]) {
    const found = await clone.onMachine(machine, [patterns, ...counts, "rm /run/patterns"].join("; "));
    expect({ machine, found: found.split("\n") }).toEqual({ machine, found: looks.map(() => "0") });
  }
  // Pulumi's state and the local cloud's own journal, as they lie on this computer's disk.
  const { state } = localPaths(clone.name);
  for (const file of filesIn(state)) {
    const content = readFileSync(file);
    expect({ file, found: content.includes(password) || content.includes(key) }).toEqual({ file, found: false });
  }
}, 300_000);

test("PostgreSQL that is killed is back by itself, with what it had", async () => {
  const pid = "systemctl show --property MainPID --value postgresql@17-main";
  const before = await clone.onMachine("database-1", pid);
  await clone.onMachine("database-1", `systemctl kill --signal=KILL ${databaseUnits.postgresql}`);
  await write("after the kill");
  expect(await clone.onMachine("database-1", pid)).not.toBe(before);
  expect(await written()).toEqual(["after the kill", "first"]);
}, 120_000);

test("a volume that could not be mounted is mounted as soon as it can be, and PostgreSQL runs again", async () => {
  const other = `/run/systemd/system/${databaseUnits.mount}.d`;
  // What a volume is that is not there: another one is named.
  const away = `mkdir -p ${other} && printf '[Mount]\\nWhat=/dev/not-there\\n' >${other}/drill.conf`;
  await clone.onMachine("database-1", `${away} && systemctl daemon-reload && systemctl stop ${databaseUnits.mount}`);
  // Not whether the mount is failed: it is tried again at once.
  const said = await clone.onMachine("database-1", `systemctl start ${databaseUnits.postgresql} 2>&1 || true`);
  await clone.onMachine("database-1", `rm -r ${other} && systemctl daemon-reload`);
  expect(said).toContain(`A dependency job for ${databaseUnits.postgresql} failed`);
  await write("after the mount failed");
  expect(await written()).toEqual(["after the mount failed", "after the kill", "first"]);
}, 120_000);

test("a larger volume is a larger file system, and PostgreSQL goes on meanwhile", async () => {
  const pid = "systemctl show --property MainPID --value postgresql@17-main";
  const before = await clone.onMachine("database-1", pid);
  await up("{ machines: 1, volumeSize: 12 }");
  expect(await clone.onMachine("database-1", pid)).toBe(before);
  const size = Number(
    await clone.onMachine("database-1", `df --output=size -BG ${databasePaths.mount} | tail -1 | tr -d ' G'`),
  );
  expect(size).toBeGreaterThanOrEqual(11);
}, 300_000);

test("a pool in front of it: instances share PostgreSQL's connections, and one that is killed is back by itself", async () => {
  await up("{ machines: 1, volumeSize: 12, pool: true }");
  await write("through the pool");
  const query = (sql: string) =>
    clone.onMachine("database-1", `cd / && runuser -u postgres -- psql -XqAt -d app -c "${sql}"`);
  // From the pool by the machine's socket; nobody by the network any more.
  const byNetwork = "bool_or(client_addr IS NOT NULL)";
  expect(await query(`SELECT count(*) > 0, ${byNetwork} FROM pg_stat_activity WHERE usename = 'app'`)).toBe("t|f");
  await clone.onMachine("database-1", `systemctl kill --signal=KILL ${poolUnit}`);
  await write("after the pool's end");
  // The next test takes the pool away, together with the machine that it is on.
}, 300_000);

test("to the app machine and back: the preview says what it means, and every line is there", async () => {
  clone.editSettings(() => settings("{ machines: 0, volumeSize: 12 }"));
  const preview = await clone.pulumi(["preview"]);
  expect(`${preview.stdout}${preview.stderr}`).toContain("leaves database-1: PostgreSQL stops");
  await up();
  await write("on the app machine");
  expect((await clone.status()).machines.map(({ name }) => name)).not.toContain("database-1");
  await up("{ machines: 1, volumeSize: 12 }");
  await write("back again");
  expect(await written()).toEqual([
    "back again",
    "on the app machine",
    "after the pool's end",
    "through the pool",
    "after the mount failed",
    "after the kill",
    "first",
  ]);
  // Nothing of the database runs on the app machine any more.
  expect(await clone.onMachine("app-1", `mountpoint -q ${databasePaths.mount} || echo unmounted`)).toBe("unmounted");
  const { stdout } = await clone.pulumi(["up", "--yes", "--expect-no-changes"]);
  expect(stdout).not.toMatch(/error/i);
}, 900_000);

test("drills of a migration that fails and of a full volume, each once", async () => {
  await expectClaimsToHold(clone, ["migration-fails", "volume-full"], { limit: 900, clock: "ignored" });
}, 900_000);

/** Files of Pulumi's state and of the API; not the machines' disks, which have been looked into from inside. */
function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (/^(machines|volumes)$/.test(name)) return [];
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return filesIn(path);
    return found?.isFile() ? [path] : [];
  });
}
