import type { Listing } from "../../stack/database/backupList";
import { until } from "../../drills/frame/wait";
import { goCommand } from "../../toolchain/pulumiSources/goModules";
import { obtainS3Server } from "../../toolchain/s3Server";
import { BucketServer } from "./backups/bucketServer";
import { Clone } from "../../drills/frame/clone";
import { ProcessWatch } from "./stack/processWatch";
import { exposed } from "./stack/secretForms";
import { keptOnThisComputer, toldBy } from "./stack/secrets";

// The server is built by Go, which not every computer has and `make test` does not bring.
const describeWithGo = goCommand() === undefined ? describe.skip : describe;

describeWithGo("backups in two places, of which either may be away", () => {
  const clone = new Clone("local-two-places");
  let bucket: BucketServer;

  beforeAll(async () => {
    const program = await obtainS3Server();
    if (typeof program !== "string") throw new Error(`no S3 server: ${program.missing}`);
    clone.editSettings((text) =>
      text
        .replace("  holdfast:database:", "  holdfast:backup: {}\n  holdfast:database:")
        .replace("machines: 2", "machines: 1")
        .replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 0"),
    );
    const { code, stdout, stderr } = await clone.holdfast(["local", "up"], { timeout: 900 });
    if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
    bucket = new BucketServer(clone, program);
    await bucket.start();
    await bucket.isKnownTo("database-1");
  }, 1_800_000);

  afterAll(async () => {
    await (bucket as BucketServer | undefined)?.remove();
    await clone.remove();
  }, 300_000);

  async function holdfast(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await clone.holdfast(args);
    if (code !== 0) throw new Error(`holdfast ${args.join(" ")}: ${stderr || stdout}`);
    return stdout;
  }
  const listing = async () => JSON.parse(await holdfast("backup", "list", "--json")) as Listing;
  const countIn = async (repository: number) =>
    (await listing()).backups.filter((one) => one.repository === repository).length;
  const postgres = (command: string) => clone.onMachine("database-1", `cd / && runuser -u postgres -- ${command}`);
  const sql = (statement: string) => postgres(`psql -XqAt -d app -c "${statement}"`);

  /** Ends the WAL segment that is written; its name. */
  const switchWal = () => sql("SELECT pg_walfile_name(pg_switch_wal())");

  const holds = async (repository: number, segment: string) =>
    (
      await postgres(`pgbackrest --stanza=main --repo=${String(repository)} repo-ls archive/main/17-1 --recurse`)
    ).includes(`${segment}-`);

  async function serves(): Promise<void> {
    const { url } = await clone.status();
    await until("the app serves", 60, async () => {
      const answer = await clone.holdfast(["local", "internet", "--", "curl", "-fsS", "-m", "3", `${url}/entries`]);
      return answer.code === 0 || answer.stderr;
    });
  }

  test("a bucket that a running stack gets has its first backup at once", async () => {
    await until("a first backup", 180, async () => (await countIn(1)) > 0, 2);
    const ca = bucket.ca.trim().replaceAll(/^/gm, "        ");
    clone.editSettings((text) =>
      text.replace(
        "holdfast:backup: {}",
        `holdfast:backup:\n    s3:\n      endpoint: ${bucket.endpoint}\n      bucket: ${bucket.bucket}\n      ca: |\n${ca}`,
      ),
    );
    for (const key of ["accessKey", "secretKey"] as const) {
      const set = ["config", "set", "--secret", "--path", `holdfast:backup.s3.${key}`, bucket[key]];
      expect(await clone.pulumi([...set, `--stack=${clone.name}`])).toMatchObject({ code: 0 });
    }
    const { code, stdout, stderr } = await clone.pulumi(["up", "--yes", "--skip-preview", `--stack=${clone.name}`]);
    if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
    await until("a backup in the bucket", 180, async () => (await countIn(2)) > 0, 2);
    const list = await holdfast("backup", "list");
    expect(list).toMatch(/full .* on the Storage Box/);
    expect(list).toMatch(/full .* in the bucket/);
    expect(list).not.toContain("problem");
  }, 900_000);

  test("a backup, verify, the weekly proof and WAL reach both; the bucket's keys reach nobody", async () => {
    const watch = await ProcessWatch.during(async () => {
      const made = await holdfast("backup", "now");
      expect(made).toMatch(/^backup \S+D on the Storage Box: /m);
      expect(made).toMatch(/^backup \S+D in the bucket: /m);
      const read = await holdfast("backup", "verify");
      expect(read).toMatch(/every file on the Storage Box[^]*every file in the bucket[^]*are whole/);
      await clone.onMachine("database-1", "systemctl start holdfast-proof.service");
    });
    const { proof } = await listing();
    expect(proof?.repositories?.map(({ repository, ok }) => [repository, ok])).toEqual([
      [1, true],
      [2, true],
    ]);
    await sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number");
    const segment = await switchWal();
    for (const place of [1, 2]) await until(`WAL is in ${String(place)}`, 120, () => holds(place, segment), 2);

    const secrets = new Map([
      ["access key", bucket.accessKey],
      ["secret key", bucket.secretKey],
    ]);
    // So that what follows can fail: the key for the safe has both.
    expect(exposed(secrets, await holdfast("backup", "key"))).toHaveLength(2);
    expect([...watch.arguments].join("\n")).toContain("pgbackrest");
    const told = [watch.arguments, (await toldBy(clone, "database-1")).values(), keptOnThisComputer(clone).values()];
    expect(told.map((texts) => exposed(secrets, [...texts].join("\n")))).toEqual([[], [], []]);
  }, 600_000);

  test("without the bucket: the app serves, WAL and backups reach the Storage Box, and it is said; then it catches up", async () => {
    await bucket.stop();
    await sql("INSERT INTO kept VALUES (2000)");
    const segment = await switchWal();
    await serves();
    const before = await countIn(1);
    const { code, stdout, stderr } = await clone.holdfast(["backup", "now"]);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/the bucket has no new backup: it cannot be reached/);
    expect(await countIn(1)).toBe(before + 1);
    expect(await holds(1, segment)).toBe(true);
    await expect(holdfast("backup", "list")).resolves.toMatch(/problem: the bucket/);
    const verified = await clone.holdfast(["backup", "verify"]);
    expect(verified.code).toBe(1);
    expect(verified.stdout + verified.stderr).toMatch(
      /every file on the Storage Box[^]*are whole[^]*the bucket: unable/,
    );
    expect((await clone.holdfast(["status"])).stdout).toMatch(/backups do not work: the bucket/);
    await serves();

    await bucket.start();
    await until("the bucket has what it missed", 300, () => holds(2, segment), 2);
    await holdfast("backup", "now");
    expect((await listing()).problem).toBeNull();
  }, 900_000);

  test("a bucket that takes connections and says nothing keeps WAL from nobody else, and it is said", async () => {
    const speak = bucket.silence();
    try {
      await sql("SELECT pg_logical_emit_message(true, 'rehearsal', 'written')");
      const segment = await switchWal();
      await until("WAL is on the Storage Box", 300, () => holds(1, segment), 2);
      await serves();
      await until("it is said", 300, async () => /bucket/.test((await listing()).problem ?? ""), 5);
    } finally {
      speak();
    }
    await until("the bucket has what it missed", 300, async () => (await listing()).problem === null, 5);
  }, 900_000);

  test("without the Storage Box: a restore comes from the bucket", async () => {
    const now = `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\\"T\\"HH24:MI:SS.US\\"Z\\"')`;
    await sql("INSERT INTO kept VALUES (3000)");
    const moment = await sql(now);
    await sql("SELECT pg_sleep(1)");
    await sql("DROP TABLE kept");
    const segment = await switchWal();
    await until("WAL is in the bucket", 120, () => holds(2, segment), 2);
    await clone.onMachine("database-1", "nft insert rule inet holdfast out tcp dport 23 drop");
    expect(await holdfast("restore", "--to", moment, "--yes")).toMatch(/restored to/);
    expect(await sql("SELECT count(*), max(number) FROM kept")).toBe("1002|3000");
    expect((await listing()).problem).toMatch(/^the Storage Box/);
    await serves();
    await clone.onMachine("database-1", "systemctl restart nftables");
  }, 600_000);
});
