import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Listing } from "../../cli/backup/list";
import { until } from "../../drills/frame/wait";
import { Clone } from "./stack/clone";
import { argumentsDuring, exposed, keptByPulumi, secretsOf, toldBy } from "./stack/secrets";

/** A stack with a database and backups, used from the command line: made, looked at, proven, put back, and rescued. */
const clone = new Clone("local-backups");

beforeAll(async () => {
  // Two machines: the app's, which has the load balancer's role too, and the database's.
  clone.editSettings((text) =>
    text
      .replace("  holdfast:database:", "  holdfast:backup: {}\n  holdfast:database:")
      .replace("machines: 2", "machines: 1")
      .replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 0"),
  );
  const { code, stdout, stderr } = await clone.holdfast(["local", "up"], { timeout: 900 });
  if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
}, 900_000);

afterAll(() => clone.remove(), 300_000);

const sql = (statement: string) =>
  clone.onMachine(
    "database-1",
    `cd / && echo ${Buffer.from(statement).toString("base64")} | base64 -d | runuser -u postgres -- psql -XqAt -d app -f -`,
  );

async function holdfast(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await clone.holdfast(args);
  if (code !== 0) throw new Error(`holdfast ${args.join(" ")}: ${stderr || stdout}`);
  return stdout;
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
  expect(await clone.onMachine("database-1", "ls /srv/database")).not.toContain("holdfast-proof");
}, 180_000);

test("a dropped table comes back, and nothing of later", async () => {
  const moment = await sql(`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
  await sql("SELECT pg_sleep(1); INSERT INTO kept VALUES (2000)");
  await sql("DROP TABLE kept");
  const refused = await clone.holdfast(["restore", "--to", moment]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/say --yes/);
  expect(await holdfast("restore", "--to", moment, "--yes")).toMatch(/restored to/);
  expect(await sql("SELECT count(*), max(number) FROM kept")).toBe("1000|1000");
  const { url } = await clone.status();
  await until("the app serves again", 60, async () => {
    const answer = await clone.holdfast(["local", "internet", "--", "curl", "-fsS", "-m", "3", `${url}/`]);
    return answer.code === 0 || answer.stderr;
  });
  expect(await holdfast("restore", "--forget")).toContain("deleted");
}, 240_000);

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
  const seen = await argumentsDuring(clone, "database-1", async () => {
    await holdfast("backup", "now");
    await holdfast("backup", "verify");
  });
  expect(seen).toContain("pgbackrest");

  const secrets = await secretsOf(clone);
  // So that what follows can fail: the key has the passphrase and the way in to the box.
  const key = await holdfast("backup", "key");
  expect(exposed(secrets, key.replaceAll("\\n", "\n"))).toHaveLength(2);

  expect(exposed(secrets, seen)).toEqual([]);
  for (const machine of ["app-1", "database-1"]) {
    const told = await toldBy(clone, machine);
    expect(told).toContain("#cloud-config");
    expect([machine, ...exposed(secrets, told)]).toEqual([machine]);
  }
  expect(exposed(secrets, keptByPulumi(clone))).toEqual([]);
}, 240_000);

/** The commands of the page's last chapter, with the key's values in place of the words in capitals. */
function byHand(page: string, key: string): string {
  const { path, passphrase, storage } = JSON.parse(key) as {
    path: string;
    passphrase: string;
    storage: { host: string; user: string };
  };
  const chapter = page.slice(page.indexOf("## Without Holdfast"));
  const block = (start: string) => {
    const from = chapter.indexOf(`    ${start}`);
    const lines = chapter.slice(from).split("\n");
    const end = lines.findIndex((line, index) => index > 0 && line !== "" && !line.startsWith("    "));
    return lines.slice(0, end < 0 ? undefined : end).map((line) => line.replace(/^ {4}/, ""));
  };
  const conf = chapter.slice(
    chapter.indexOf("    [global]"),
    chapter.indexOf("    chown postgres /etc/pgbackrest.conf"),
  );
  const values = { PATH: path, PASSPHRASE: passphrase, HOST: storage.host, USER: storage.user };
  const filled = Object.entries(values).reduce(
    (text, [word, value]) => text.replaceAll(new RegExp(`=${word}$`, "gm"), `=${value}`),
    conf.replaceAll(/^ {4}/gm, ""),
  );
  const commands = [
    ...block("apt-get install").filter((line) => !line.startsWith("apt-get")),
    `cat >/etc/pgbackrest.conf <<'CONF'\n${filled}\nCONF`,
    ...block("chown postgres /etc/pgbackrest.conf"),
  ]
    .map((line) => line.replaceAll("guestbook-prod.key", "/root/safe.key"))
    // All files in one session: what is left open in it must not add up to the server's limit.
    .map((line) => line.replace(/--process-max=\d+/, "--process-max=1"));
  const ready = "until runuser -u postgres -- pg_isready -q; do sleep 0.5; done";
  const look = 'runuser -u postgres -- psql -XqAt -d app -c "SELECT count(*), max(number) FROM kept" >&3';
  return [
    // What the programs say is shown when one fails; the answer is the last line's alone.
    "set -eu; cd /; exec 3>&1 1>&2",
    // What a fresh Debian machine gets by installing PostgreSQL; the image of local machines has only its programs.
    "pg_lsclusters -h | grep -q . || pg_createcluster 17 main",
    `echo ${Buffer.from(key).toString("base64")} | base64 -d >/root/safe.key; chmod 0600 /root/safe.key`,
    // The machine's own image may lack it; reading three values needs no more than this.
    `command -v jq >/dev/null || jq() { python3 -c 'import json,sys; v=json.load(open(sys.argv[2])); [v:=v[k] for k in sys.argv[1].strip(".").split(".")]; print(v,end="")' "$2" "$3"; }`,
    ...commands,
    `timeout 60 sh -c '${ready}'`,
    look,
  ].join("\n");
}
