import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { Clone } from "../../drills/frame/clone";
import type { DaemonInfo } from "../../local/paths";
import { builtAcmeServer, obtainAcmeServer } from "../../toolchain/acmeServer";
import { saidBy, succeeded } from "./stack/succeeded";

// A stack that makes its own DNS records, in a zone of another project: from nothing to trusted https by one update.

const hosts = ["example.com", "www.example.com"];
let clone: Clone;
/** Pebble is built from Go modules: without Go there is no authority, and nobody to trust. */
let hasAuthority = false;

beforeAll(async () => {
  await obtainAcmeServer();
  hasAuthority = builtAcmeServer() !== undefined;
  clone = new Clone("local-dns");
  await clone.holdfast(["local", "down"]);
  writeSettings(hosts);
}, 900_000);

afterAll(() => clone.remove(), 300_000);

function writeSettings(named: readonly string[]): void {
  clone.editSettings((text) => {
    const { config, ...rest } = parse(text) as { config: Record<string, unknown> };
    Reflect.deleteProperty(config, "holdfast:database");
    const app = { ...(config["holdfast:app"] as object), machines: 1 };
    const loadBalancer = { ...(config["holdfast:loadBalancer"] as object), machines: 2 };
    const dns = (config["holdfast:https"] as { dns?: object } | undefined)?.dns ?? { zone: "example.com" };
    const https = { hosts: named, redirects: { "www.example.com": "example.com" }, dns };
    const own = { "holdfast:app": app, "holdfast:loadBalancer": loadBalancer, "holdfast:https": https };
    return `# ${Date.now()}\n${stringify({ ...rest, config: { ...config, ...own } })}`;
  });
}

const daemon = () => JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
const up = (...more: string[]) =>
  clone.pulumi(["up", "--yes", "--skip-preview", `--stack=${clone.name}`, ...more], { timeout: 900 });

/** Asks the API with the token of the zone's project, as its console would, and waits for what that begins. */
async function inZonesProject(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const ask = async (how: string, where: string, what?: object) => {
    const headers = { authorization: `Bearer ${daemon().backupToken}` };
    const init = { method: how, headers, ...(what && { body: JSON.stringify(what) }) };
    return (await fetch(`${daemon().endpoint}${where}`, init)).json() as Promise<Record<string, unknown>>;
  };
  const answer = await ask(method, path, body);
  const { id, status } = (answer.action ?? {}) as { id?: number; status?: string };
  for (let state = status; state === "running"; await pause(200)) {
    state = ((await ask("GET", `/actions/${String(id)}`)).action as { status: string }).status;
  }
  return answer;
}

async function visit(url: string): Promise<string> {
  const wanted = ["-o", "/dev/null", "-w", "%{http_code} %{http_version} %{redirect_url}", url];
  const { stdout, stderr } = await clone.holdfast([
    "local",
    "internet",
    "--",
    "curl",
    "-sS",
    "--max-time",
    "5",
    ...wanted,
  ]);
  return stdout.startsWith("000") ? stderr.trim() : stdout.trim();
}

async function until(limit: number, ask: () => Promise<string>, wanted: RegExp): Promise<void> {
  const started = Date.now();
  for (;;) {
    const last = await ask();
    const seconds = (Date.now() - started) / 1000;
    if (wanted.test(last)) return;
    if (seconds > limit) throw new Error(`after ${limit} s: ${last}`);
    await pause(500);
  }
}

const recordsOf = async () => {
  const { rrsets } = await inZonesProject("GET", "/zones/example.com/rrsets?type=A&type=AAAA");
  return (rrsets as { id: string; records: { value: string }[] }[]).map(({ id, records }) => [id, records[0]?.value]);
};

test("a zone that is not there stops the update before anything is made", async () => {
  const refused = await clone.holdfast(["local", "up"], { timeout: 900 });
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain("example.com is not a zone of the project that the token opens");
  expect((await clone.status()).machines).toEqual([]);
}, 900_000);

test("so does a record that somebody else made", async () => {
  await inZonesProject("POST", "/zones", { name: "example.com", mode: "primary" });
  const set = ["config", "set", "--secret", "--path", "holdfast:https.dns.token", daemon().backupToken];
  succeeded(await clone.pulumi([...set, `--stack=${clone.name}`]));
  const old = { name: "www", type: "CNAME", records: [{ value: "elsewhere.example.org." }] };
  await inZonesProject("POST", "/zones/example.com/rrsets", old);
  const refused = await up();
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain(
    "www.example.com CNAME elsewhere.example.org. is in the zone already",
  );
  expect((await clone.status()).machines).toEqual([]);
  await inZonesProject("DELETE", "/zones/example.com/rrsets/www/CNAME");
}, 180_000);

test("one update leads from nothing to trusted https, without a person at a registrar", async () => {
  const made = succeeded(await up());
  expect(saidBy(made)).not.toContain("has to lead to");
  const address = (await clone.status()).floatingIps[0]?.address;
  expect(await recordsOf()).toEqual([
    ["@/A", address],
    ["www/A", address],
  ]);
  if (!hasAuthority) return;
  await until(120, () => visit("https://example.com/"), /^200 2$/);
  await until(120, () => visit("https://www.example.com/a?b=c"), /^308 2 https:\/\/example\.com\/a\?b=c$/);
}, 900_000);

test("the second update and a refresh find nothing to change, and no machine has the token", async () => {
  const preview = ["preview", "--refresh", "--expect-no-changes", `--stack=${clone.name}`];
  succeeded(await clone.pulumi(preview, { timeout: 300 }));
  const token = daemon().backupToken;
  for (const machine of ["app-1", "load-balancer-1", "load-balancer-2"]) {
    const look = `{ cat /proc/*/cmdline | tr '\\0' '\\n'; cat /proc/*/environ; journalctl --no-pager; } 2>/dev/null | grep -ac ${token}; grep -rl ${token} /etc /usr/local /var/lib /root /run 2>/dev/null | wc -l`;
    const [inProcesses, inFiles] = (await clone.onMachine(machine, look)).split("\n");
    // The commands that look have it themselves.
    expect([machine, Number(inProcesses) <= 3, inFiles]).toEqual([machine, true, "0"]);
  }
  const { stdout } = succeeded(await clone.pulumi(["stack", "export", `--stack=${clone.name}`]));
  expect(stdout).not.toContain(token);
}, 300_000);

test("a host that is no longer named loses its record, and the stack's end takes the last", async () => {
  clone.editSettings((text) => text.replace(/ {4}redirects:\n.*\n/, "").replace(/ {6}- www\.example\.com\n/, ""));
  succeeded(await up());
  expect((await recordsOf()).map(([id]) => id)).toEqual(["@/A"]);
  const end = ["destroy", "--yes", "--skip-preview", `--stack=${clone.name}`];
  succeeded(await clone.pulumi(end, { timeout: 600 }));
  expect(await recordsOf()).toEqual([]);
  expect(((await inZonesProject("GET", "/zones")).zones as unknown[]).length).toBe(1);
}, 900_000);
