import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Clone } from "../../../drills/frame/clone";
import { until } from "../../../drills/frame/wait";
import { type Case, cases, fingerprint, port, WHOLE } from "./dumps/cases";

// Dumps as they are out there, loaded by a real PostgreSQL: what pg_dump writes with the options that people use, in the
// dialects of its versions, and what is no dump at all.

interface Outcome {
  readonly name: string;
  readonly code: number;
  readonly said: string;
  /** What the loaded database answers. */
  readonly found: string;
  /** Whether the role of imports is still there: how often. */
  readonly left: string;
}

const clone = new Clone("local-dumps");
const machine = "app-1";
const folder = join(__dirname, "dumps");
let whole: string;

beforeAll(async () => {
  clone.editSettings((text) =>
    text
      .replace("  holdfast:database: { machines: 1", "  holdfast:backup: {}\n  holdfast:database: { machines: 0")
      .replace("machines: 2", "machines: 1")
      .replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 0"),
  );
  await clone.holdfastOrThrow(["local", "up"], { timeout: 900 });
  whole = await makeOldServer();
}, 900_000);

afterAll(() => clone.remove(), 300_000);

const encoded = (content: string) => Buffer.from(content).toString("base64");

/** A PostgreSQL beside the stack's, with everything that a dump may have. @returns its fingerprint */
async function makeOldServer(): Promise<string> {
  const configuration = "/etc/postgresql/17/old/postgresql.conf";
  const psql = `runuser -u postgres -- psql -Xq -v ON_ERROR_STOP=1 -p ${port}`;
  const said = await clone.onMachine(
    machine,
    `cd / && pg_createcluster --port=${port} --locale=C.UTF-8 17 old -- --encoding=UTF8 >/dev/null
     echo "shared_preload_libraries = 'pg_stat_statements'" >>${configuration}
     pg_ctlcluster 17 old start && ${psql} -c 'CREATE DATABASE old' -c 'CREATE DATABASE small'
     echo ${encoded(readFileSync(join(folder, "source.sql"), "utf8"))} | base64 -d | ${psql} -d old -f - >/dev/null 2>&1
     ${psql} -d small -c 'CREATE TABLE a AS SELECT 1 AS i'
     echo ${encoded(fingerprint)} | base64 -d | ${psql} -At -d old -f -`,
  );
  return said.split("\n").at(-1) ?? "";
}

async function tried(chosen: readonly Case[]): Promise<readonly Outcome[]> {
  const input = JSON.stringify(chosen.map((one) => ({ sql: fingerprint, ...one })));
  const program = encoded(readFileSync(join(folder, "tried.py"), "utf8"));
  const said = await clone.onMachine(
    machine,
    `echo ${program} | base64 -d >/tmp/tried.py && echo ${encoded(input)} | base64 -d | python3 /tmp/tried.py`,
  );
  return JSON.parse(said) as Outcome[];
}

const asSuperuser = (statement: string) =>
  clone.onMachine(machine, `cd / && runuser -u postgres -- psql -XqAt -d postgres -c "${statement}"`);

describe("a dump is loaded, or the reason is true", () => {
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    for (const one of await tried(cases)) outcomes.set(one.name, one);
  }, 600_000);

  test.each(cases.map((one) => [one.name, one] as const))("%s", (name, { found, said = [] }) => {
    const outcome = outcomes.get(name);
    const expected = found === WHOLE ? whole : (found ?? "");
    expect(outcome).toMatchObject({ code: found === undefined ? 1 : 0, found: expected, left: "0" });
    for (const one of said) expect(outcome?.said).toMatch(typeof one === "string" ? new RegExp(escaped(one)) : one);
    expect(outcome?.said).not.toMatch(/:\s*\n?$/);
  });

  test("none of them gained anything", async () => {
    expect(await asSuperuser("SELECT count(*) FROM pg_roles WHERE rolname IN ('hostile', 'holdfast_import')")).toBe(
      "0",
    );
    expect(await asSuperuser("SELECT count(*) FROM pg_db_role_setting WHERE setrole = 'app'::regrole")).toBe("0");
    expect(await asSuperuser("SELECT count(*) FROM pg_database WHERE datname LIKE 'app-import-%'")).toBe("0");
    expect(
      await clone.onMachine(machine, "ls /srv/database | grep import; systemctl --failed --plain --no-legend"),
    ).toBe("");
  });
});

describe("the app is stopped for the swap and for nothing before it", () => {
  const starts = () => clone.onMachine(machine, "systemctl show -P ActiveEnterTimestampMonotonic app@1.service");
  const bring = (name: string, content: string) => {
    writeFileSync(join(clone.folder, name), content);
    return clone.holdfast(["import", "--from", join(clone.folder, name), "--yes"]);
  };

  test("a refused one stops nothing", async () => {
    const before = await starts();
    const { code, stdout, stderr } = await bring("broken.sql", "CREATE TABLE a (i int);\nCREATE TABEL b (i int);\n");
    expect({ code, said: stdout + stderr }).toMatchObject({
      code: 1,
      said: expect.stringMatching(/not stopped/) as string,
    });
    expect(await starts()).toBe(before);
  }, 120_000);

  test("one that is killed while it loads leaves all as it was, and the app writes all the time", async () => {
    const before = await starts();
    const importing = bring("slow.sql", "CREATE TABLE slow (id int);\nSELECT pg_sleep(600);\n");
    const sleeps =
      "SELECT count(*) FROM pg_stat_activity WHERE usename = 'holdfast_import' AND query LIKE '%pg_sleep%'";
    await until("it loads", 60, async () => (await asSuperuser(sleeps)) === "1");
    const { url } = await clone.status();
    const post = ["curl", "-fsS", "-m", "10", "-H", "content-type: application/json", "-d", '{"name":"A","text":"b"}'];
    await clone.holdfastOrThrow(["local", "internet", "--", ...post, `${url}/entries`]);
    await clone.onMachine(machine, "systemctl kill --signal=KILL holdfast-job@load.service");
    expect((await importing).code).not.toBe(0);
    expect(await starts()).toBe(before);
    expect(await asSuperuser("SELECT count(*) FROM pg_database WHERE datname LIKE 'app-import-%'")).toBe("0");
  }, 120_000);

  test("an accepted one brings its rows, and the old ones stay", async () => {
    const { code, stdout, stderr } = await bring("new.sql", "CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);\n");
    expect({ code, said: stdout + stderr }).toMatchObject({
      code: 0,
      said: expect.stringMatching(/1 table/) as string,
    });
    expect(await asSuperuser("SELECT count(*) FROM pg_database WHERE datname LIKE 'app-before-%'")).toBe("1");
    await until("the app serves again", 60, async () => {
      const { url } = await clone.status();
      return (
        (await clone.holdfast(["local", "internet", "--", "curl", "-fsS", "-m", "3", `${url}/entries`])).code === 0
      );
    });
  }, 120_000);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
