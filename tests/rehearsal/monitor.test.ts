import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Clone } from "../../drills/frame/clone";
import { pause, until } from "../../drills/frame/wait";
import type { StackStatus } from "../../stack/status/stackStatus";
import { now, Receiver } from "./monitor/receiver";
import { saidBy, succeeded } from "./stack/succeeded";

// A monitor as a guest, then on a machine of its own, and somebody outside who gets its messages: each fault is timed until
// its message is there. Figures of a quiet computer are in docs/measured.md; here is room for a busy one. Faults that have
// nothing to do with each other happen at the same time: most of this test waits.

/** Seconds that a busy computer may add to what is promised. */
const busy = 60;
const bothWays = ["web", "mail"] as const;

const clone = new Clone("local-watch");
let receiver: Receiver;
let url: string;
const figures: Record<string, number> = {};

beforeAll(async () => {
  clone.editSettings((text) =>
    text
      .replace("machines: 2", "machines: 1")
      .replace("holdfast:database: { machines: 1,", "holdfast:database: { machines: 0,"),
  );
  await clone.holdfast(["local", "down"]);
  succeeded(await clone.holdfast(["local", "up"], { timeout: 900 }));
  url = (await clone.status()).url ?? "";
  receiver = new Receiver(clone.name);
  const { address } = receiver;
  await set("page[0].webhook", `http://${address}:8080/page`, true);
  await set("page[1].email[0]", "oncall@example.com");
  await set("notice[0].webhook", `http://${address}:8080/notice`, true);
  await set("smtp.host", `${address}:587`);
  await set("smtp.from", "holdfast@example.com");
  await set("smtp.user", "holdfast");
  await set("smtp.password", "a password", true);
  await set("smtp.ca", readFileSync(receiver.certificate, "utf8"));
  await set("heartbeat", `http://${address}:8080/heartbeat`, true);
}, 1_200_000);

afterAll(async () => {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  receiver.stop();
  await clone.remove();
}, 300_000);

async function set(path: string, value: string, secret = false): Promise<void> {
  const where = [`--stack=${clone.name}`, "--path", `holdfast:monitor.${path}`];
  succeeded(await clone.pulumi(["config", "set", ...(secret ? ["--secret"] : []), ...where, "--", value]));
}

/** `pulumi up` while visitors come. */
async function upUnderLoad(): Promise<void> {
  const visitors = await clone.underLoad(`${url}/`, 20, async () => {
    succeeded(await clone.pulumi(["up", "--yes", "--skip-preview", `--stack=${clone.name}`], { timeout: 900 }));
  });
  expect(visitors.failures).toEqual({});
}

const status = async () =>
  JSON.parse((await clone.holdfast(["status", "--json", "--timeout", "20"])).stdout) as StackStatus;

/** Listening sockets of everything that watches. */
const listening = (machine: string) =>
  clone.onMachine(machine, "ss -H -ltn | awk '{print $4}' | grep -E ':(9090|9093|9094|9100|9115|9187)$' | sort; true");

/** Ports of what watches that answer to another machine than the monitor. */
const openFrom = (machine: string, address: string) =>
  clone.onMachine(
    machine,
    `for p in 9090 9093 9100 9115 9187; do timeout 2 bash -c "</dev/tcp/${address}/$p" 2>/dev/null && echo open $p; done; true`,
  );

const stop = (unit: string, machine = "app-1") => clone.onMachine(machine, `systemctl stop ${unit}`);
const start = (unit: string, machine = "app-1") => clone.onMachine(machine, `systemctl start ${unit}`);
const postgresql = "postgresql@17-main";

test("a monitor comes to a running stack as a guest: no request fails, and its programs listen where they should", async () => {
  await upUnderLoad();
  expect(await listening("load-balancer-1")).toBe("10.0.1.11:9100\n127.0.0.1:9090\n127.0.0.1:9093\n127.0.0.1:9115");
  expect(await listening("app-1")).toBe("10.0.1.41:9100\n10.0.1.41:9187");
  expect(await openFrom("app-1", "10.0.1.11")).toBe("");
  const mode = "stat -c '%a %U' /etc/holdfast/monitor/secrets/*";
  expect((await clone.onMachine("load-balancer-1", mode)).split("\n")).toEqual(Array(4).fill("600 root"));
}, 1_200_000);

test("all is well, and the database crashes once: two heartbeats and no page; `alerts test` says which way is broken", async () => {
  const since = now();
  await clone.onMachine("app-1", `systemctl kill --kill-whom=main -s KILL ${postgresql}`);
  expect(saidBy(await clone.holdfast(["alerts", "test"]))).toMatch(
    /page-1: arrived[^]*page-2: arrived[^]*notice-1: arrived/,
  );
  receiver.refuse("/notice");
  const { code, stdout } = await clone.holdfast(["alerts", "test"]);
  receiver.refuse(undefined);
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(/page-1: arrived[^]*notice-1: did not arrive: .*503/) as string,
  });
  await until("two heartbeats", 150 + busy, () => Promise.resolve(receiver.heartbeats(since).length >= 2), 1);
  for (const way of bothWays) expect(receiver.paged(way, since).filter((name) => name !== "Test")).toEqual([]);
  const { monitor } = await status();
  expect(monitor).toMatchObject({ machine: "load-balancer-1", unreachable: null, open: [] });
  expect(monitor?.heartbeat).toBeLessThan(120);
}, 500_000);

test("the site is down because its database is, and one way is out of order: one page, by the other way, says both", async () => {
  receiver.refuse("/page");
  const since = now();
  await stop(postgresql);
  figures.siteDownByMail = await receiver.arrives("SiteDown", ["mail"], { since, limit: 90 + busy });
  const told = receiver.messages(since).find(({ by }) => by === "mail");
  expect(told).toMatchObject({ encrypted: true, text: expect.stringContaining("DatabaseDown on app-1") as string });
  figures.failsByMail = await receiver.arrives("NotificationsFail", ["mail"], { since, limit: 480 + busy });
  receiver.refuse(undefined);
  figures.webAgain = await receiver.arrives("SiteDown", ["web"], { since: now(), limit: 60 + busy });
  const page = join(clone.folder, "picture.html");
  succeeded(await clone.holdfast(["dashboard", "--once", page]));
  expect(readFileSync(page, "utf8")).toContain('"served":{"answer":"no"');
  await until("DatabaseDown to be muted", 120 + busy, async () => {
    const alerts = await clone.holdfast(["alerts"]);
    return alerts.code === 1 && /DatabaseDown.*muted/.test(alerts.stdout);
  });
  await start(postgresql);
  figures.siteUp = await receiver.arrives("SiteDown", bothWays, { since: now(), limit: 240 + busy, over: true });
  // What watches it in other ways sees it well again later: nothing more comes for all that.
  await pause(75);
  expect(receiver.paged("mail", since).filter((name) => name !== "NotificationsFail")).toEqual(["SiteDown"]);
  expect(receiver.paged("web", since)).toEqual(["SiteDown"]);
}, 1_500_000);

test("the monitor moves to a machine of its own: no request fails, and the heartbeat goes on", async () => {
  await set("machines", "1");
  // A page that needs no database, so that the site is not down when only that is.
  await set("probe", "/health");
  await upUnderLoad();
  const moved = now();
  expect(await listening("monitor-1")).toBe("10.0.1.31:9100\n127.0.0.1:9090\n127.0.0.1:9093\n127.0.0.1:9115");
  expect(await listening("load-balancer-1")).toBe("10.0.1.11:9100");
  expect(await openFrom("load-balancer-1", "10.0.1.41")).toBe("");
  expect(await openFrom("app-1", "10.0.1.31")).toBe("");
  await until("a heartbeat", 120 + busy, () => Promise.resolve(receiver.heartbeats(moved).length > 0), 1);
  expect((await status()).monitor).toMatchObject({ machine: "monitor-1", unreachable: null });
}, 1_500_000);

test("the database stays away, and then the site does: a page for each, and for each that it is over", async () => {
  const since = now();
  await stop(postgresql);
  figures.databaseDown = await receiver.arrives("DatabaseDown", bothWays, { since, limit: 180 + busy });
  const down = now();
  await stop("haproxy", "load-balancer-1");
  figures.siteDown = await receiver.arrives("SiteDown", bothWays, { since: down, limit: 90 + busy });
  await Promise.all([start("haproxy", "load-balancer-1"), start(postgresql)]);
  const back = now();
  const over = { since: back, limit: 300 + busy, over: true };
  await Promise.all(["SiteDown", "DatabaseDown"].map((alert) => receiver.arrives(alert, bothWays, over)));
  for (const way of bothWays) expect(receiver.paged(way, since).sort()).toEqual(["DatabaseDown", "SiteDown"]);
}, 1_200_000);

test("the monitor is dead: the outside hears silence", async () => {
  await stop("prometheus prometheus-alertmanager", "monitor-1");
  const since = now();
  const { code, stdout } = await clone.holdfast(["status", "--timeout", "20"]);
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringContaining("the monitor on monitor-1 does not answer") as string,
  });
  await pause(Math.max(0, since + 75 - now()));
  expect(receiver.heartbeats(since)).toEqual([]);
  await start("prometheus-alertmanager prometheus", "monitor-1");
  await until("a heartbeat", 150 + busy, () => Promise.resolve(receiver.heartbeats(since).length > 0), 1);
  for (const way of bothWays) expect(receiver.paged(way, since)).toEqual([]);
}, 600_000);

test("nobody was told that a test is over, and no password went over a connection that is not encrypted", () => {
  const all = receiver.messages();
  expect(all.filter(({ by }) => by === "login").map(({ encrypted }) => encrypted)).not.toContain(false);
  const tests = all.filter((message) => JSON.stringify(message).includes('"Test"'));
  expect(tests.length).toBeGreaterThan(0);
  expect(tests.filter(({ body }) => body?.status === "resolved")).toEqual([]);
  expect(all.filter(({ text }) => text?.includes("over: Test"))).toEqual([]);
});
