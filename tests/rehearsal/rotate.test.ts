import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { rotatedSecrets } from "../../blueprint/rotations";
import { Clone } from "../../drills/frame/clone";
import { until } from "../../drills/frame/wait";
import { LOCAL_TOKEN_PREFIX } from "../../local/identity";
import type { DaemonInfo } from "../../local/paths";
import { appPaths } from "../../roles/app/paths";
import { keeperPaths } from "../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { backupPaths } from "../../roles/database/backup/paths";
import { callDaemon } from "../../stack/local/client";
import type { StackSecret } from "../../stack/secrets";
import { readState } from "../../stack/state";

jest.setTimeout(600_000);

/** A stack with every secret that there is, all of which get new values while visitors come. */
const clone = new Clone("local-rotate");

beforeAll(async () => {
  clone.editSettings((text) =>
    text
      .replace(
        "  holdfast:database:",
        "  holdfast:protect: true\n  holdfast:backup: {}\n  holdfast:releases: { store: backup-storage }\n  holdfast:database:",
      )
      .replace("instances: 2", "instances: 1")
      .replace("machines: 1, volumeSize", "machines: 1, pool: true, volumeSize")
      .replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 2"),
  );
  await clone.holdfastOrThrow(["local", "up"], { timeout: 900 });
}, 900_000);

afterAll(() => clone.remove(), 300_000);

const daemon = () => JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
const url = () => String(readState(clone.name)?.outputs.url);
const token = (letter: string) => LOCAL_TOKEN_PREFIX.padEnd(64, letter);

async function secrets(): Promise<readonly StackSecret[]> {
  return JSON.parse((await clone.holdfastOrThrow(["rotate", "--json"])).stdout) as StackSecret[];
}

/** What Python says on an app machine; `dsn` is a connection to PostgreSQL. */
const asApp = (dsn: string, then = "print(connection.execute('SELECT current_user').fetchone()[0])") =>
  clone.onMachine(
    "app-1",
    `timeout 20 python3 -c "import psycopg
try:
  connection = psycopg.connect('${dsn}', connect_timeout=5)
  ${then}
except psycopg.Error as error: print(error)"`,
  );

/** DATABASE_URL and DATABASE_DIRECT_URL. */
async function dsns(): Promise<readonly string[]> {
  const text = await clone.onMachine("app-1", `cat ${appPaths.databaseEnvironment}`);
  return [...text.matchAll(/^DATABASE_\w+="(.*)"$/gm)].map(([, dsn = ""]) => dsn);
}

/** The passphrase in pgBackRest's configuration. */
const passphrase = () => clone.onMachine("database-1", `sed -n s/^repo1-cipher-pass=//p ${backupPaths.repository}`);
/** What pgBackRest says to a look at the repository. Its variables win over its files. */
const look = (word: string) =>
  clone.onMachine(
    "database-1",
    `runuser -u postgres -- env PGBACKREST_REPO1_CIPHER_PASS=${word} pgbackrest repo-get archive/main/archive.info 2>&1 || true`,
  );

test("the table has every secret with its age, but that of a token which nobody has rotated", async () => {
  const all = await secrets();
  expect(all.map(({ name }) => name)).toEqual([...rotatedSecrets]);
  for (const { name, since, before } of all) {
    expect([name, since === undefined, before === undefined]).toEqual([
      name,
      name === "failover-token",
      name !== "failover-token",
    ]);
  }
});

test("all of them at once, cut and begun again: no request fails, backups stay, the old ones are refused", async () => {
  const begun = Date.now();
  const [pooled = "", direct = ""] = await dsns();
  const oldWord = await passphrase();
  await clone.onMachine("app-1", `cp ${appPaths.databaseAuthority} /root/old-authority.crt`);
  await until(
    "a first backup",
    240,
    async () => {
      const { stdout } = await clone.holdfast(["backup", "list", "--json"]);
      return stdout.startsWith("{") && (JSON.parse(stdout) as { backups: object[] }).backups.length > 0;
    },
    2,
  );
  // A session of somebody who knows the password.
  const thief = asApp(direct, "connection.execute('SELECT pg_sleep(900)')").catch(String);
  await callDaemon(daemon(), "/_local/tokens", { method: "POST", body: JSON.stringify({ token: token("a") }) });

  const visits = await clone.underLoad(url(), 100, async () => {
    await cutAfter("database updating", ["database"]);
    const done = await rotate(token("a"), ...rotatedSecrets);
    expect(done).toContain("tried: the old key of ");
    expect(done).toContain("tried: the old password of ");
    expect(done).toContain("The old token is still valid");
  });
  expect(visits.failures).toEqual({});
  expect(visits.sent).toBeGreaterThan(3000);

  expect(await asApp(pooled)).toMatch(/password authentication failed|SASL authentication failed/);
  expect(await asApp(direct)).toContain("password authentication failed");
  await thief;
  const [nowPooled = "", nowDirect = ""] = await dsns();
  for (const dsn of [nowPooled, nowDirect]) expect(await asApp(dsn)).toBe("app");
  const distrusting = nowDirect.replace(appPaths.databaseAuthority, "/root/old-authority.crt");
  expect(await asApp(distrusting)).toContain("certificate verify failed");

  const newWord = await passphrase();
  expect(newWord).not.toBe(oldWord);
  expect(await look(newWord)).toContain("[backrest]");
  expect(await look(oldWord)).toContain("ERROR");
  expect((await clone.holdfastOrThrow(["backup", "prove"])).stdout).toContain("gives back");

  for (const { name, since, unfinished } of await secrets()) {
    expect([name, unfinished]).toEqual([name, false]);
    expect(Date.parse(since ?? "")).toBeGreaterThan(begun);
  }
  const preview = await clone.pulumi(["preview", `--stack=${clone.name}`, "--expect-no-changes"]);
  expect([preview.code, preview.stdout.slice(-600)]).toEqual([0, expect.anything()]);
}, 1_200_000);

test("the load balancers' token, after somebody deleted the old one: the address moves with the new one", async () => {
  await callDaemon(daemon(), "/_local/tokens", { method: "POST", body: JSON.stringify({ token: token("b") }) });
  await callDaemon(daemon(), `/_local/tokens/${token("a")}`, { method: "DELETE" });
  expect(await rotate(token("b"), "failover-token")).toContain("tried: the old token is refused");
  for (const machine of ["load-balancer-1", "load-balancer-2"]) {
    expect(await clone.onMachine(machine, `cat ${keeperPaths.token}`)).toBe(token("b"));
  }
  await clone.holdfastOrThrow(["failover"]);
  await until("the API agrees", 30, async () => {
    const { stdout } = await clone.holdfast(["status", "--json"]);
    const [ip] = (JSON.parse(stdout) as { floatingIps: { cloud: string; masters: string[] }[] }).floatingIps;
    return ip?.masters.length === 1 && ip.masters[0] === ip.cloud;
  });
  expect((await rotate(token("x"), "failover-token", { fails: true })).trim()).toMatch(/does not know this token/);
});

/** `holdfast rotate …` to its end, with a token on its standard input. What it says. */
async function rotate(input: string, ...words: readonly (string | { readonly fails: true })[]): Promise<string> {
  const names = words.filter((word) => typeof word === "string");
  const { code, stdout, stderr } = await clone.holdfast(["rotate", ...names, "--yes"], { input, timeout: 900 });
  const output = `${stdout}\n${stderr}`;
  const isAsked = words.length === names.length && !output.includes("The old token is still valid");
  if (code !== (isAsked ? 0 : 1)) throw new Error(output.slice(-4000));
  return output;
}

/** Begins a rotation, and kills it with everything that it has begun on this computer once it says something. */
function cutAfter(words: string, names: readonly string[]): Promise<void> {
  const env = { ...process.env, HOLDFAST_LOCAL: clone.name };
  const child = spawn(process.execPath, ["bin/holdfast", "rotate", ...names, "--yes"], {
    cwd: clone.folder,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(words) && child.pid !== undefined && child.exitCode === null)
        process.kill(-child.pid, "SIGKILL");
    });
    child.on("close", (_code, signal) => {
      if (signal === "SIGKILL") resolve();
      else reject(new Error(`it ended before it was killed:\n${said.slice(-3000)}`));
    });
  });
}
