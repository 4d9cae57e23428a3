import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { collections } from "../../stack/cloud/collections";
import type { DaemonInfo } from "../../local/paths";
import { run } from "../../lib/run";
import { Clone } from "../../drills/frame/clone";
import { succeeded } from "./stack/succeeded";

// Three environments in one local cloud, in which they share a project as they never should at Hetzner: whatever one of
// them does, the others do not notice.

const cloud = "local-side";
const prod = `${cloud}-prod`;
const staging = `${cloud}-staging`;
let clone: Clone;

beforeAll(async () => {
  clone = new Clone(cloud);
  await clone.holdfast(["local", "down"]);
  writeSettings(cloud, "local", { app: { machines: 1, instances: 1 }, loadBalancer: { machines: 0 } });
  writeSettings(prod, "prod", {
    app: { machines: 1, instances: 1, serverType: "cx23" },
    loadBalancer: { machines: 1 },
  });
  writeSettings(staging, "staging", stagingChange());
}, 120_000);

afterAll(() => clone.remove(), 300_000);

/** What staging has beside the committed file: fewer instances, and backups, as where it is filled with prod's data. */
const stagingChange = (serverType = "cx23") => ({
  app: { machines: 1, instances: 1, serverType },
  loadBalancer: { machines: 1, serverType },
  backup: {},
});

/**
 * Settings of a stack in the repository with other machines, under a name that the local cloud takes. A database stays
 * where backups are among the changes; elsewhere both are other rehearsals' business.
 */
function writeSettings(stack: string, like: string, change: Readonly<Record<string, object>>): void {
  const { config } = parse(readFileSync(join(clone.folder, `Pulumi.${like}.yaml`), "utf8")) as {
    config: Record<string, Record<string, unknown>>;
  };
  for (const [section, values] of Object.entries(change)) {
    config[`holdfast:${section}`] = { ...config[`holdfast:${section}`], ...values };
  }
  // A computer may let its programs open fewer files than a server does.
  config["holdfast:loadBalancer"] = { ...config["holdfast:loadBalancer"], limits: { connections: 1000 } };
  // The local cloud's own key and token; certificates are another rehearsal's business.
  for (const section of ["admin", "failoverToken", "https", ...("backup" in change ? [] : ["database", "backup"])]) {
    Reflect.deleteProperty(config, `holdfast:${section}`);
  }
  writeFileSync(join(clone.folder, `Pulumi.${stack}.yaml`), stringify({ config }));
}

interface Listed {
  readonly id: number;
  readonly name: string;
  readonly labels: object;
}

/** Everything that the API lists, without what changes by itself. */
async function everything(): Promise<Record<string, Listed[]>> {
  const lists: Record<string, Listed[]> = {};
  for (const { path } of collections) lists[path] = await allPages(path);
  return lists;
}

/** Pages are small, so that there are some. A kind of thing that the local cloud does not have is refused, and is none. */
async function allPages(path: string): Promise<Listed[]> {
  const { endpoint, token } = JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
  const listed: Listed[] = [];
  for (let page: number | null = 1; page !== null;) {
    const url = `${endpoint}/${path}?per_page=2&page=${page}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status === 501) return [];
    const body = (await answer.json()) as Record<string, Listed[] | undefined> & {
      meta?: { pagination?: { next_page: number | null } };
    };
    const items = body[path];
    const pagination = body.meta?.pagination;
    if (!answer.ok || !items || !pagination) throw new Error(`GET ${url}: ${answer.status} ${JSON.stringify(body)}`);
    listed.push(...items.map(({ id, name, labels }) => ({ id, name, labels })));
    page = pagination.next_page;
  }
  return listed;
}

/** How many of each kind bear the stack's label, without kinds that it has none of. */
async function labelled(stack: string): Promise<Record<string, number>> {
  const lists = Object.entries(await everything());
  const counts = lists.map(
    ([path, items]) => [path, items.filter(({ labels }) => isOf(stack, labels)).length] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const isOf = (stack: string, labels: object) => "stack" in labels && labels.stack === stack;

async function urlOf(stack: string): Promise<string> {
  const script = 'eval "$(node bin/holdfast local env --stack "$1")" && exec pulumi stack output url --stack "$1"';
  const env = { HOLDFAST_LOCAL: cloud };
  const shown = await run("/bin/sh", ["-c", script, "sh", stack], { cwd: clone.folder, env, timeout: 60 });
  return succeeded(shown).stdout.trim();
}

const visit = async (url: string, ...options: string[]) =>
  succeeded(
    await clone.holdfast(["local", "internet", "--", "curl", "-fsS", "--max-time", "10", ...options, `${url}/`]),
  ).stdout;

/** The API's word for a machine's server type and state. */
async function machineOf(stack: string, machine: string): Promise<{ type: string; status: string }> {
  const { endpoint, token } = JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
  const url = `${endpoint}/servers?name=${stack}-${machine}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const [server] = ((await answer.json()) as { servers: { status: string; server_type: { name: string } }[] }).servers;
  return { type: server?.server_type.name ?? "", status: server?.status ?? "" };
}

let withoutStaging: Record<string, Listed[]>;

test("three environments come up beside one another", async () => {
  succeeded(await clone.holdfast(["local", "up"]));
  succeeded(await clone.holdfast(["up", "--stack", prod, "--yes"]));
  withoutStaging = await everything();
  succeeded(await clone.holdfast(["up", "--stack", staging, "--yes"]));

  const urls = [(await clone.status()).url ?? "", await urlOf(prod), await urlOf(staging)];
  expect(new Set(urls).size).toBe(3);
  for (const url of urls) expect(await visit(url)).toContain("Guestbook");
}, 900_000);

test("staging has of every kind of thing that a teardown has to take", async () => {
  expect(await labelled(staging)).toEqual({
    servers: 3,
    volumes: 1,
    floating_ips: 1,
    networks: 1,
    // One for each role.
    firewalls: 3,
    placement_groups: 3,
    ssh_keys: 1,
    storage_boxes: 1,
  });
}, 60_000);

test("each has nothing to do after it, and the doctor finds nothing", async () => {
  for (const stack of [prod, staging]) {
    const { stdout } = succeeded(await clone.holdfast(["up", "--stack", stack, "--yes"]));
    expect(stdout).toContain(`Nothing changes in "${stack}"`);
    const { stdout: found } = succeeded(await clone.holdfast(["doctor", "--stack", stack]));
    expect(found).not.toContain("PROBLEM");
  }
}, 300_000);

test("another server type: the machine is off, and on again with it, and serves", async () => {
  writeSettings(staging, "staging", stagingChange("cx33"));
  const { stdout } = succeeded(await clone.holdfast(["up", "--stack", staging, "--yes"]));
  expect(stdout).toContain("The machine app-1 is powered off to change its type from cx23 to cx33");
  for (const machine of ["app-1", "load-balancer-1"]) {
    expect(await machineOf(staging, machine)).toEqual({ type: "cx33", status: "running" });
  }
  // The load balancer has booted a moment ago.
  const patience = ["--retry", "30", "--retry-delay", "1", "--retry-all-errors"];
  expect(await visit(await urlOf(staging), ...patience)).toContain("Guestbook");
}, 300_000);

test("the teardown of staging wants to be confirmed", async () => {
  const refused = await clone.holdfast(["teardown", staging, "--yes", prod]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("not confirmed");
}, 120_000);

test("after the teardown of staging the API lists what it listed before", async () => {
  const { stdout } = succeeded(await clone.holdfast(["teardown", staging, "--yes", staging]));
  const deleted = [
    `server +${staging}-app-1`,
    `server +${staging}-load-balancer-1`,
    `server +${staging}-database-1`,
    `volume +${staging}-`,
    `floating IP +${staging}-`,
    `storage box +${staging}-`,
  ];
  for (const line of deleted) expect(stdout).toMatch(new RegExp(line));
  expect(stdout).toContain(`Nothing of "${staging}" is left`);
  expect(await everything()).toEqual(withoutStaging);
  for (const url of [(await clone.status()).url ?? "", await urlOf(prod)]) {
    expect(await visit(url)).toContain("Guestbook");
  }
}, 300_000);

test("prod is protected: its teardown is refused, and losing its address wants a name", async () => {
  const refused = await clone.holdfast(["teardown", prod, "--yes", prod]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("is protected");

  clone.edit(`Pulumi.${prod}.yaml`, (text) => text.replace("location: nbg1", "location: fsn1"));
  const moved = await clone.holdfast(["up", "--stack", prod, "--yes"]);
  expect(moved.code).not.toBe(0);
  expect(moved.stderr).toContain(
    "the floating IP visitors is protected and would be replaced, because homeLocation changes",
  );
  expect(moved.stderr).toMatch(/--allow .*visitors/);
  expect(await everything()).toEqual(withoutStaging);
}, 300_000);
