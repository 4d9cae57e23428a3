import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Clone } from "../../drills/frame/clone";
import { pause, until } from "../../drills/frame/wait";
import { addressPlan } from "../../local/network/addresses";
import { visitorNamespace } from "../../local/network/names";
import { currentSlot } from "../../local/network/slots";
import { saidBy, succeeded } from "./stack/succeeded";

// A monitor on a machine of its own, and somebody outside who gets its messages: each fault is timed until its message is
// there. Figures of a quiet computer are in docs/measured.md; here is room for a busy one.

/** Seconds that a busy computer may add to what is promised. */
const busy = 60;

const clone = new Clone("local-watch");
const folder = mkdtempSync(join(tmpdir(), "holdfast-sink-"));
let sink: ChildProcess | undefined;

interface Message {
  readonly at: number;
  readonly by: "web" | "mail" | "login";
  readonly path?: string;
  readonly refused?: boolean;
  readonly encrypted?: boolean;
  readonly text?: string;
  readonly body?: {
    readonly status?: string;
    readonly alerts?: readonly { readonly labels: { readonly alertname: string } }[];
  };
}

function messages(since = 0): Message[] {
  const file = join(folder, "messages");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Message).filter(({ at }) => at >= since);
}

const now = () => Date.now() / 1000;
const pages = (since: number) => messages(since).filter(({ by, path }) => by === "mail" || path === "/page");
const heartbeats = (since: number) => messages(since).filter(({ path }) => path === "/heartbeat");
const names = ({ text = "", body }: Message) =>
  `${text} ${(body?.alerts ?? []).map(({ labels }) => labels.alertname).join(" ")}`;

/** Waits until an alert has come by each of these ways; returns how many seconds that took. */
async function arrives(
  alert: string,
  since: number,
  ways: readonly ("web" | "mail")[],
  limit: number,
  status = "firing",
) {
  const has = (way: string) =>
    messages(since).some(
      (message) =>
        message.by === way &&
        !message.refused &&
        names(message).includes(alert) &&
        (status === "resolved"
          ? (message.body?.status ?? "resolved") === "resolved"
          : message.body?.status !== "resolved"),
    );
  await until(`${alert} by ${ways.join(" and ")}`, limit, () => Promise.resolve(ways.every(has)), 0.5);
  return Math.round(now() - since);
}

const figures: Record<string, number> = {};

beforeAll(async () => {
  clone.editSettings((text) =>
    text
      .replace("machines: 2", "machines: 1")
      .replace("holdfast:database: { machines: 1,", "holdfast:database: { machines: 0,"),
  );
  await clone.holdfast(["local", "down"]);
  succeeded(await clone.holdfast(["local", "up"], { timeout: 900 }));
  const [address = ""] = addressPlan(currentSlot(clone.name) ?? 0).visitorIpv4;
  const certificate = ["-subj", "/CN=sink", "-addext", `subjectAltName=IP:${address}`];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...certificate, ...files], {
    stdio: "ignore",
  });
  const program = [join(__dirname, "monitor/sink.py"), address, folder];
  sink = spawn("ip", ["netns", "exec", visitorNamespace(clone.name), "python3", ...program], { stdio: "inherit" });
  const set = async (path: string, value: string, secret = false) =>
    succeeded(
      await clone.pulumi([
        "config",
        "set",
        `--stack=${clone.name}`,
        ...(secret ? ["--secret"] : []),
        "--path",
        `holdfast:monitor.${path}`,
        "--",
        value,
      ]),
    );
  await set("machines", "1");
  await set("page[0].webhook", `http://${address}:8080/page`, true);
  await set("page[1].email[0]", "oncall@example.com");
  await set("notice[0].webhook", `http://${address}:8080/notice`, true);
  await set("smtp.host", `${address}:587`);
  await set("smtp.from", "holdfast@example.com");
  await set("smtp.user", "holdfast");
  await set("smtp.password", "a password", true);
  await set("smtp.ca", readFileSync(join(folder, "cert.pem"), "utf8"));
  await set("heartbeat", `http://${address}:8080/heartbeat`, true);
}, 1_200_000);

afterAll(async () => {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  sink?.kill();
  rmSync(folder, { recursive: true, force: true });
  await clone.remove();
}, 300_000);

const up = () => clone.pulumi(["up", "--yes", "--skip-preview", `--stack=${clone.name}`], { timeout: 900 });

test("a monitor comes to a running stack: no request fails, and its programs listen where they should", async () => {
  const url = (await clone.status()).url ?? "";
  const visitors = await clone.underLoad(`${url}/`, 20, async () => {
    succeeded(await up());
  });
  expect(visitors.failures).toEqual({});
  const listening = "ss -H -ltn | awk '{print $4}' | grep -E ':(9090|9093|9094|9100|9115|9187)$' | sort; true";
  expect(await clone.onMachine("monitor-1", listening)).toBe(
    "10.0.1.31:9100\n127.0.0.1:9090\n127.0.0.1:9093\n127.0.0.1:9115",
  );
  expect(await clone.onMachine("app-1", listening)).toBe("10.0.1.41:9100\n10.0.1.41:9187");
  // From an address that is not the monitor's, nothing answers.
  const from =
    'for p in 9100 9187 9090 9093; do timeout 2 bash -c "</dev/tcp/$0/$p" 2>/dev/null && echo open $p; done; true';
  expect(await clone.onMachine("load-balancer-1", from.replaceAll("$0", "10.0.1.41"))).toBe("");
  expect(await clone.onMachine("app-1", from.replaceAll("$0", "10.0.1.31"))).toBe("");
  const mode = "stat -c '%a %U' /etc/holdfast/monitor/secrets/*";
  expect((await clone.onMachine("monitor-1", mode)).split("\n")).toEqual(Array(4).fill("600 root"));
}, 1_200_000);

test("the heartbeat comes each minute, and nothing else while all is well", async () => {
  const since = now();
  await until("two heartbeats", 150 + busy, () => Promise.resolve(heartbeats(since).length >= 2), 1);
  expect(pages(since)).toEqual([]);
  const status = JSON.parse((await clone.holdfast(["status", "--json", "--timeout", "20"])).stdout) as {
    monitor: { machine: string; unreachable: string | null; heartbeat: number };
  };
  expect(status.monitor).toMatchObject({ machine: "monitor-1", unreachable: null, open: [] });
  expect(status.monitor.heartbeat).toBeLessThan(120);
}, 400_000);

test("`alerts test` reaches every way within 30 s, and says which it did not", async () => {
  expect(saidBy(await clone.holdfast(["alerts", "test"]))).toMatch(
    /page-1: arrived[^]*page-2: arrived[^]*notice-1: arrived/,
  );
  writeFileSync(join(folder, "refused"), "/notice");
  const { code, stdout } = await clone.holdfast(["alerts", "test"]);
  rmSync(join(folder, "refused"));
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(/page-1: arrived[^]*notice-1: did not arrive: .*503/) as string,
  });
  expect(
    messages()
      .filter(({ by }) => by === "mail")
      .every(({ encrypted }) => encrypted),
  ).toBe(true);
}, 200_000);

test("the site is down: both ways are told, and told again when it is over", async () => {
  const since = now();
  await clone.onMachine("load-balancer-1", "systemctl stop haproxy");
  figures.siteDown = await arrives("SiteDown", since, ["web", "mail"], 90 + busy);
  const alerts = await clone.holdfast(["alerts"]);
  expect(alerts).toMatchObject({ code: 1, stdout: expect.stringContaining("SiteDown") as string });
  const back = now();
  await clone.onMachine("load-balancer-1", "systemctl start haproxy");
  figures.siteUp = await arrives("SiteDown", back, ["web", "mail"], 240 + busy, "resolved");
}, 600_000);

test("one way is out of order: the page comes by the other", async () => {
  writeFileSync(join(folder, "refused"), "/page");
  const since = now();
  await clone.onMachine("load-balancer-1", "systemctl stop haproxy");
  figures.byMail = await arrives("SiteDown", since, ["mail"], 120 + busy);
  rmSync(join(folder, "refused"));
  figures.webAgain = await arrives("SiteDown", since, ["web"], 200 + busy);
  await clone.onMachine("load-balancer-1", "systemctl start haproxy");
  await arrives("SiteDown", now(), ["web"], 300 + busy, "resolved");
}, 900_000);

test("the database crashes: nothing. It stays away: a page", async () => {
  const quiet = now();
  await clone.onMachine("app-1", "systemctl kill --kill-whom=main -s KILL postgresql@17-main");
  await pause(60);
  expect(pages(quiet)).toEqual([]);
  const since = now();
  await clone.onMachine("app-1", "systemctl stop postgresql@17-main");
  figures.databaseDown = await arrives("DatabaseDown", since, ["web", "mail"], 180 + busy);
  await clone.onMachine("app-1", "systemctl start postgresql@17-main");
  await arrives("DatabaseDown", now(), ["web"], 300 + busy, "resolved");
}, 900_000);

test("the monitor is dead: the outside hears silence", async () => {
  const since = now();
  await clone.onMachine("monitor-1", "systemctl stop prometheus prometheus-alertmanager");
  await pause(130);
  expect(heartbeats(since + 65)).toEqual([]);
  const { code, stdout } = await clone.holdfast(["status", "--timeout", "20"]);
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringContaining("the monitor on monitor-1 does not answer") as string,
  });
  await clone.onMachine("monitor-1", "systemctl start prometheus-alertmanager prometheus");
  await until("a heartbeat", 150 + busy, () => Promise.resolve(heartbeats(since + 130).length > 0), 1);
  expect(pages(since)).toEqual([]);
}, 600_000);
