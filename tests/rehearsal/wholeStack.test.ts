import { existsSync } from "node:fs";
import type { Listing } from "../../stack/database/backupList";
import type { StackStatus } from "../../stack/status/stackStatus";
import { Clone } from "../../drills/frame/clone";
import { until } from "../../drills/frame/wait";
import { momentOf } from "./backups/restores";
import { succeeded } from "./stack/succeeded";
import { expectClaimsToHold } from "./support/drilled";

// The rehearsal of `make test`: what a person does with a stack of every part, from nothing to nothing. It guards what a
// change elsewhere breaks easily; faults and corners have rehearsals of their own. Each test goes on from the one before.

let clone: Clone;
let url: string;

beforeAll(async () => {
  clone = new Clone("local-whole");
  await clone.holdfast(["local", "down"]);
  clone.editSettings((text) =>
    text
      .replace("  holdfast:database:", "  holdfast:backup: {}\n  holdfast:database:")
      .replace(/(holdfast:loadBalancer:\s+machines:) 1/, "$1 2"),
  );
}, 120_000);

afterAll(() => clone.remove(), 300_000);

const curl = (path = "/", ...options: string[]) =>
  clone.holdfast(["local", "internet", "--", "curl", "-fsS", "--max-time", "10", ...options, `${url}${path}`]);

const balancers = async () => (await clone.status()).machines.filter(({ roles }) => roles.includes("loadBalancer"));

const sql = (statement: string) => {
  const encoded = Buffer.from(statement).toString("base64");
  return clone.onMachine(
    "database-1",
    `cd / && echo ${encoded} | base64 -d | runuser -u postgres -- psql -XqAt -d app -f -`,
  );
};

async function backups(): Promise<Listing["backups"]> {
  const { stdout } = succeeded(await clone.holdfast(["backup", "list", "--json"]));
  return (JSON.parse(stdout) as Listing).backups;
}

test("one command leads from nothing to a page", async () => {
  const { stdout } = succeeded(await clone.holdfast(["local", "up"]));
  const status = await clone.status();
  url = status.url ?? "";
  expect(stdout).toContain(`The stack runs: ${url}`);
  expect(status.machines.length).toBe(5);
  for (const machine of status.machines) {
    expect(machine).toMatchObject({ state: "running", initPid: expect.any(Number) as number });
    expect(existsSync(`/proc/${machine.initPid}`)).toBe(true);
    expect(await clone.onMachine(machine.name, "systemctl is-system-running")).toBe("running");
  }
  expect(succeeded(await curl()).stdout).toContain("Guestbook");
}, 600_000);

test("requests reach all instances", async () => {
  const answers = new Set<string>();
  for (let request = 0; request < 20; request++) {
    const { stdout } = succeeded(await curl("/", "--output", "/dev/null", "--dump-header", "-"));
    answers.add(
      ["x-machine", "x-instance"].map((name) => new RegExp(`^${name}: (.*)$`, "im").exec(stdout)?.[1]).join(),
    );
  }
  expect([...answers].map((answer) => answer.replaceAll("\r", "")).sort()).toEqual([
    "app-1,1",
    "app-1,2",
    "app-2,1",
    "app-2,2",
  ]);
}, 60_000);

test("a second time changes nothing", async () => {
  succeeded(await clone.pulumi(["up", "--yes", "--expect-no-changes"]));
  succeeded(await clone.pulumi(["refresh", "--yes", "--expect-no-changes"]));
  const { stdout } = succeeded(await clone.holdfast(["local", "up"]));
  expect(stdout).toMatch(/\d+ unchanged/);
  expect(stdout).not.toMatch(/created|updated|deleted/);
}, 120_000);

test("a shell over SSH shows whose keys were pinned", async () => {
  const { stdout } = succeeded(await clone.holdfast(["ssh", "app-1", "--", "hostname"]));
  expect(stdout.trim()).toBe(`${clone.name}-app-1`);
}, 60_000);

test("the status knows every machine and instance, and who took one out of rotation", async () => {
  await clone.onMachine("app-1", "holdfast-drain 1 drain");
  const { stdout } = await clone.holdfast(["status", "--json", "--timeout", "10"]);
  await clone.onMachine("app-1", "holdfast-drain 1 ready");
  const status = JSON.parse(stdout) as StackStatus;
  expect(status.machines.filter(({ unreachable }) => unreachable !== null)).toEqual([]);
  expect(status.instances.map(({ name }) => name).sort()).toEqual(["app-1-1", "app-1-2", "app-2-1", "app-2-2"]);
  expect(status.notices.join()).toMatch(/app-1-1 has been out of rotation \(drain\)/);
  const [holder = ""] = status.floatingIps.map(({ cloud }) => cloud);
  expect(holder).toMatch(/^load-balancer-[12]$/);
  expect(status.floatingIps).toEqual([{ address: new URL(url).hostname, cloud: holder, masters: [holder] }]);
}, 60_000);

test("a changed setting of HAProxy: its lines in the preview, a reload that nobody notices, no server replaced", async () => {
  const before = await balancers();
  const first = before[0]?.name ?? "";
  const mainProcess = "systemctl show --property MainPID --value haproxy.service";
  const pid = await clone.onMachine(first, mainProcess);
  clone.editSettings((text) => text.replace("connections: 5000", "connections: 5000, queueTimeout: 4"));

  const preview = succeeded(await clone.pulumi(["preview", "--diff"])).stdout;
  expect(preview).toMatch(/^\s+-\s+timeout queue 5000ms$/m);
  expect(preview).toMatch(/^\s+\+\s+timeout queue 4000ms$/m);
  expect(preview).not.toContain("(replace)");

  const visitors = await clone.underLoad(`${url}/`, 100, async () => {
    succeeded(await clone.pulumi(["up", "--yes", "--skip-preview"]));
  });
  expect(visitors.failures).toEqual({});
  expect(visitors.ok).toBeGreaterThan(100);
  expect((await balancers()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  // Reloaded, not restarted.
  expect(await clone.onMachine(first, mainProcess)).toBe(pid);
  expect(await clone.onMachine(first, `grep -c 'timeout queue 4000ms' /etc/haproxy/haproxy.cfg`)).toMatch(/^[1-9]/);
}, 180_000);

test("the active load balancer loses power: the other one serves within the time that is claimed", async () => {
  await expectClaimsToHold(clone, ["active-power-loss"], { limit: 120, clock: "generous" });
}, 150_000);

test("a dropped table comes back from the backups, and nothing of later", async () => {
  await until("a first backup", 120, async () => (await backups()).length > 0, 2);
  await sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number");
  const moment = await momentOf(sql);
  await sql("SELECT pg_sleep(1); INSERT INTO kept VALUES (2000)");
  await sql("DROP TABLE kept");
  const refused = await clone.holdfast(["restore", "--to", moment]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("add --yes if you mean it");
  const { stdout } = succeeded(await clone.holdfast(["restore", "--to", moment, "--yes"]));
  expect(stdout).toMatch(/restored to/);
  expect(await sql("SELECT count(*), max(number) FROM kept")).toBe("1000|1000");
  await until("the app serves again", 60, async () => (await curl("/entries")).code === 0);
  expect(succeeded(await clone.holdfast(["restore", "--forget"])).stdout).toContain("deleted");
}, 360_000);

test("after a restore PostgreSQL takes other settings as before", async () => {
  clone.editSettings((text) => text.replace("volumeSize: 10", "volumeSize: 12"));
  succeeded(await clone.pulumi(["up", "--yes", "--skip-preview"]));
}, 300_000);

// The last before the end: the stack runs another program afterwards.
test("a release is rolled out under load, and no request fails", async () => {
  await expectClaimsToHold(clone, ["release-roll-out"], { limit: 400, clock: "ignored" });
}, 420_000);

test("with https, as the settings come along, the same page is served by a certificate that visitors trust", async () => {
  clone.editSettings((text) => `${text}\n  holdfast:https: {}\n`);
  const { stdout, stderr } = succeeded(await clone.holdfast(["local", "up"]));
  // Without Go there is no authority here, and the stack serves http.
  if (stderr.includes("No authority for certificates")) return;
  expect(stdout).toContain(`The stack runs: ${url.replace("http:", "https:")}`);
  url = url.replace("http:", "https:");
  expect(succeeded(await curl("/health", "--output", "/dev/null", "--write-out", "%{http_code}")).stdout).toBe("200");
}, 300_000);

test("`local down` leaves nothing, and twice is as good as once", async () => {
  const { stderr } = succeeded(await clone.holdfast(["local", "down"]));
  expect(stderr).toContain("Nothing of the local cloud");
  expect(existsSync(clone.paths.state)).toBe(false);
  succeeded(await clone.holdfast(["local", "down"]));
}, 300_000);
