import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../drills/frame/wait";
import { Clone } from "../../drills/frame/clone";
import type { DaemonInfo } from "../../local/paths";
import { keeperPaths } from "../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { backupPaths } from "../../roles/database/backup/paths";
import type { Listing } from "../../stack/database/backupList";
import type { OutsideView } from "../../stack/outside/look";
import { readState } from "../../stack/state";
import { loseMachines } from "./backups/rescue";
import { saidBy, succeeded } from "./stack/succeeded";

/** A stack whose backups move into a second project, and whose database machine then turns on them. */
const clone = new Clone("local-second");

beforeAll(async () => {
  clone.editSettings((text) =>
    text
      .replace("  holdfast:database:", "  holdfast:protect: true\n  holdfast:backup: {}\n  holdfast:database:")
      .replace("machines: 2", "machines: 1"),
  );
  const { code, stdout, stderr } = await clone.holdfast(["local", "up"], { timeout: 900 });
  if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
}, 900_000);

afterAll(() => clone.remove(), 300_000);

const daemon = () => JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
const sql = (statement: string) =>
  clone.onMachine("database-1", `cd / && runuser -u postgres -- psql -XqAt -d app -c "${statement}"`);

async function holdfast(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await clone.holdfast(args);
  if (code !== 0) throw new Error(`holdfast ${args.join(" ")}: ${stderr || stdout}`);
  return stdout;
}

const up = (env: Readonly<Record<string, string>> = {}, ...more: string[]) =>
  clone.pulumi(["up", "--yes", "--skip-preview", `--stack=${clone.name}`, ...more], { env, timeout: 900 });

/** Asks the API with a token, as `curl` would. */
async function api(token: string, method: string, path: string, body?: object) {
  const response = await fetch(`${daemon().endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
}

/** Asks for an action and waits for its end; the answer. */
async function act(token: string, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await api(token, "POST", path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  const { id } = answer.body.action as { readonly id: number };
  await until(`${path} is done`, 60, async () => {
    const { action } = (await api(token, "GET", `/actions/${id}`)).body;
    return (action as { status: string }).status === "success" || JSON.stringify(action);
  });
  return answer.body;
}

/** Lifts Hetzner's protection, as a person would in the console. */
async function unprotect(...collections: readonly string[]): Promise<void> {
  for (const collection of collections) {
    const { body } = await api(daemon().token, "GET", `/${collection}`);
    const items = body[collection] as { readonly id: number; readonly name: string }[];
    const item = items.find(({ name }) => name.includes("database"));
    const off = { delete: false, ...(collection === "servers" && { rebuild: false }) };
    await act(daemon().token, `/${collection}/${item?.id ?? ""}/actions/change_protection`, off);
  }
}

const boxId = () =>
  readState(clone.name)?.resources.find(({ type }) => type === "hcloud:index/storageBox:StorageBox")?.id ?? "";

async function backupsOfDatabase(): Promise<Listing["backups"]> {
  return (JSON.parse((await clone.holdfast(["backup", "list", "--json"])).stdout) as Listing).backups;
}

async function outside(...flags: string[]): Promise<OutsideView & { readonly code: number }> {
  const { code, stdout, stderr } = await clone.holdfast(["backup", "list", "--outside", "--json", ...flags]);
  if (!stdout.startsWith("{")) throw new Error(stderr || stdout);
  return { code, ...(JSON.parse(stdout) as OutsideView) };
}

let oldBox: string;
let newBox: string;
const safe = join(clone.folder, "before.key");

test("one project: the load balancers' token can delete the box, and doctor says so", async () => {
  await until("a first backup", 180, async () => (await backupsOfDatabase()).length > 0, 2);
  oldBox = boxId();
  const token = await clone.onMachine("load-balancer-1", `cat ${keeperPaths.token}`);
  expect((await api(token, "GET", `/storage_boxes/${oldBox}`)).status).toBe(200);
  const said = await holdfast("doctor", "--stack", clone.name);
  expect(said).toMatch(/note .*token can delete the Storage Box .* with all backups and snapshots/);
  await holdfast("backup", "key", "--out", safe);
}, 240_000);

test("a token of a second project is refused while the box is in the first one; nothing is changed", async () => {
  const set = ["config", "set", "--secret", "--path", "holdfast:backup.token", daemon().backupToken];
  succeeded(await clone.pulumi([...set, `--stack=${clone.name}`]));
  const refused = await up();
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toMatch(
    /opens a project without the Storage Box [^]*nothing was changed or deleted/,
  );
  expect(refused.stdout).not.toContain("created");
  expect(boxId()).toBe(oldBox);
  expect((await api(daemon().token, "GET", `/storage_boxes/${oldBox}`)).status).toBe(200);
  expect((await api(daemon().backupToken, "GET", "/storage_boxes")).body.storage_boxes).toEqual([]);
}, 180_000);

test("by the page's steps a new box is made there and gets a full backup; the old one stays, with its backups", async () => {
  const before = await outside("--key", safe);
  const env = { HOLDFAST_LEAVE_BOX: oldBox };
  succeeded(await up(env));
  succeeded(await up(env, "--refresh"));
  newBox = boxId();
  expect(newBox).not.toBe(oldBox);
  expect((await api(daemon().backupToken, "GET", `/storage_boxes/${newBox}`)).status).toBe(200);
  await until(
    "a full backup in the new box",
    240,
    async () => {
      const [repository] = (await outside()).repositories;
      return repository?.backups.some(({ kind, hasFiles }) => kind === "full" && hasFiles) ?? "none";
    },
    3,
  );
  expect(saidBy(succeeded(await up()))).not.toMatch(/[+~-] +hcloud:/);
  const after = await outside("--key", safe);
  expect(after.repositories[0]?.backups).toEqual(before.repositories[0]?.backups);
}, 900_000);

test("the load balancers' token neither sees nor deletes it", async () => {
  const token = await clone.onMachine("load-balancer-1", `cat ${keeperPaths.token}`);
  const path = `/storage_boxes/${newBox}`;
  expect((await api(token, "GET", path)).status).toBe(404);
  expect((await api(token, "POST", `${path}/actions/change_protection`, { delete: false })).status).toBe(404);
  expect((await api(token, "DELETE", path)).status).toBe(404);
  expect((await api(token, "GET", "/storage_boxes")).body.storage_boxes).toEqual([
    expect.objectContaining({ id: Number(oldBox) }),
  ]);
  expect(await holdfast("doctor", "--stack", clone.name)).toMatch(/ok .*token does not see the Storage Box/);
}, 120_000);

test("the database machine wipes its backups and locks us out: seen from outside, rolled back, restored", async () => {
  await sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n");
  await holdfast("backup", "now");
  // Apart: in one transaction, the commit would be in the next segment.
  await sql("INSERT INTO kept VALUES (1001)");
  const segment = await sql("SELECT pg_walfile_name(pg_switch_wal())");
  const last = "SELECT last_archived_wal FROM pg_stat_archiver";
  await until("the last WAL is in the storage", 90, async () => (await sql(last)) >= segment);
  const made = await act(daemon().backupToken, `/storage_boxes/${newBox}/snapshots`, {});
  const { name } = made.snapshot as { readonly name: string };
  const well = await outside();
  expect(well).toMatchObject({ code: 0, problems: [], snapshots: [{ name }] });
  expect(well.repositories[0]).toMatchObject({ list: "read", newestWal: { segment } });
  await sql("INSERT INTO kept VALUES (1002)");

  await clone.onMachine(
    "database-1",
    `set -e; cd /; pgbackrest() { runuser -u postgres -- pgbackrest --stanza=main "$@"; }
    pgbackrest stop; pgbackrest --repo=1 --force stanza-delete
    ssh-keygen -q -t ed25519 -N '' -f /root/own
    value() { sed -n "s/^repo1-$1=//p" ${backupPaths.repository}; }
    echo 'put /root/own.pub .ssh/authorized_keys' | sftp -q -b - -P 23 -o StrictHostKeyChecking=no \\
      -i ${backupPaths.privateKey} "$(value sftp-host-user)@$(value sftp-host)"`,
  );
  const wiped = await outside();
  expect(wiped.code).toBe(1);
  expect(wiped.problems).toEqual([expect.stringMatching(/refuses the stack's key: somebody may have replaced/)]);
  expect(wiped.snapshots).toMatchObject([{ name }]);

  // What the machine's owner still holds must not work any more when the snapshot's keys are back.
  await unprotect("servers", "volumes");
  await loseMachines(clone, (server) => server === `${clone.name}-database-1`);
  await act(daemon().backupToken, `/storage_boxes/${newBox}/actions/rollback_snapshot`, { snapshot: name });
  expect(await outside()).toMatchObject({ code: 0, problems: [], repositories: [{ newestWal: { segment } }] });
  succeeded(await up({ HOLDFAST_GONE: "database-1" }, "--refresh"));
  succeeded(await clone.holdfast(["restore", "--to", "latest", "--yes", "--stack", clone.name]));
  expect(await sql("SELECT count(*) || ' ' || max(n) FROM kept")).toBe("1001 1001");
}, 900_000);
