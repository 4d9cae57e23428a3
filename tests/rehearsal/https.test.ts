import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { Clone } from "../../drills/frame/clone";
import { builtAcmeServer, obtainAcmeServer } from "../../toolchain/acmeServer";
import { succeeded } from "./stack/succeeded";

// https on a pair, from an authority of the local cloud's own: without a domain, with one, and while something is broken.

const host = "guestbook.example.com";
const balancers = ["load-balancer-1", "load-balancer-2"];
let clone: Clone;
let address = "";
/** Pebble is built from Go modules: without Go there is no authority, and nothing to rehearse. */
let hasAuthority = false;

beforeAll(async () => {
  await obtainAcmeServer();
  hasAuthority = builtAcmeServer() !== undefined;
  clone = new Clone("local-tls");
  await clone.holdfast(["local", "down"]);
  writeSettings();
}, 900_000);

afterAll(() => clone.remove(), 300_000);

function writeSettings(https?: object): void {
  clone.editSettings((text) => {
    const { config, ...rest } = parse(text) as { config: Record<string, unknown> };
    Reflect.deleteProperty(config, "holdfast:database");
    Reflect.deleteProperty(config, "holdfast:https");
    const app = { ...(config["holdfast:app"] as object), machines: 1 };
    const loadBalancer = { ...(config["holdfast:loadBalancer"] as object), machines: 2 };
    const more = https && { "holdfast:https": https };
    return `# ${Date.now()}\n${stringify({ ...rest, config: { ...config, "holdfast:app": app, "holdfast:loadBalancer": loadBalancer, ...more } })}`;
  });
}

const curl = (...args: string[]) =>
  clone.holdfast(["local", "internet", "--", "curl", "-sS", "--max-time", "5", ...args]);

/** What a visitor gets, whom nothing but trusted certificates satisfies: status and protocol, or curl's complaint. */
async function visit(url: string): Promise<string> {
  const { stdout, stderr } = await curl("-o", "/dev/null", "-w", "%{http_code} %{http_version}", url);
  return stdout.startsWith("000") ? stderr.trim() : stdout;
}

/** Seconds until it holds. @throws with the last word, when it does not within the limit */
async function until(limit: number, ask: () => Promise<string>, wanted: RegExp): Promise<number> {
  const started = Date.now();
  for (;;) {
    const last = await ask();
    const seconds = (Date.now() - started) / 1000;
    if (wanted.test(last)) return seconds;
    if (seconds > limit) throw new Error(`after ${limit} s: ${last}`);
    await pause(500);
  }
}

const log = () => join(clone.paths.acme, "log");
/** Orders that the authority has taken. One that it refused for its nonce alone, as it does now and then, is sent again. */
const orders = () => readFileSync(log(), "utf8").split("Added order ").length - 1;
const away = () => join(clone.paths.acme, "away");

/** SHA-256 of what each load balancer serves for the host. */
const serving = async (name = host) =>
  Promise.all(
    balancers.map((machine) =>
      clone.onMachine(
        machine,
        `openssl s_client -connect 127.0.0.1:443 -servername ${name} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`,
      ),
    ),
  );
const alike = async (name?: string) => (new Set(await serving(name)).size === 1 ? "alike" : "different");

test("an http stack gets https by one update, without a failed request", async () => {
  if (!hasAuthority) return;
  succeeded(await clone.holdfast(["local", "up"]));
  const { url } = await clone.status();
  address = new URL(url ?? "").hostname;
  expect(await visit(`http://${address}/`)).toBe("200 1.1");

  writeSettings({ hosts: [host], address: true });
  const visitors = await clone.underLoad(`http://${address}/`, 30, async () => {
    const { stdout } = succeeded(await clone.holdfast(["local", "up"]));
    expect(stdout).toContain(`${host} has to lead to ${address}`);
    await until(90, () => visit(`https://${address}/`), /^200 2$/);
  });
  expect(visitors.failures).toEqual({});
  expect(orders()).toBe(1);
  expect(await visit(`http://${address}/`)).toBe("308 1.1");
}, 900_000);

test("a host gets its certificate when its name leads here, and is served by http until then", async () => {
  if (!hasAuthority) return;
  expect(await visit(`http://${address}/health`)).toBe("200 1.1");
  expect(
    (await curl("-H", `Host: ${host}`, "-o", "/dev/null", "-w", "%{http_code}", `http://${address}/`)).stdout,
  ).toBe("200");
  const before = orders();
  succeeded(await clone.holdfast(["local", "name", host, address]));
  await until(120, () => visit(`https://${host}/`), /^200 2$/);
  await until(90, () => alike(), /^alike$/);
  expect(orders()).toBe(before + 1);
  const { stdout } = succeeded(await clone.holdfast(["certificates"]));
  expect(stdout).toMatch(new RegExp(`${host} .*until \\d{4}-\\d\\d-\\d\\d .*, both`));
}, 300_000);

test("renewals change what is served without a failed request, one order each", async () => {
  if (!hasAuthority) return;
  const before = orders();
  const renewals = 20;
  const active = (await clone.status()).floatingIps[0]?.machine?.replace("local-tls-", "") ?? "";
  const visitors = await clone.underLoad(`http://${address}/health`, 50, async () => {
    for (let done = 0; done < renewals; done++) {
      const [old] = await serving();
      // As `holdfast certificates renew` does, without its SSH.
      for (const machine of balancers) {
        await clone.onMachine(
          machine,
          `touch /run/holdfast-certificate-requests/${host} && systemctl reload holdfast-certificates`,
        );
      }
      await until(60, async () => ((await serving())[balancers.indexOf(active)] === old ? "old" : "new"), /new/);
      expect(await visit(`https://${host}/`)).toBe("200 2");
    }
  });
  expect(visitors.failures).toEqual({});
  expect(orders()).toBe(before + renewals);
  await until(90, () => alike(), /^alike$/);
}, 900_000);

test("an emptied load balancer gets its certificates from the other one while the authority is away", async () => {
  if (!hasAuthority) return;
  const before = orders();
  writeFileSync(away(), "");
  const empty =
    "systemctl stop holdfast-certificates && rm -rf /var/lib/holdfast-certificates/* /run/holdfast-haproxy/* && systemctl restart haproxy && systemctl start holdfast-certificates";
  await clone.onMachine("load-balancer-2", empty);
  await until(60, () => alike(), /^alike$/);
  await until(60, () => alike(address), /^alike$/);
  expect(orders()).toBe(before);
  rmSync(away());
  expect(existsSync(away())).toBe(false);
}, 300_000);

test("HAProxy starts with a broken file on the disk, and the keeper mends it", async () => {
  if (!hasAuthority) return;
  const spoil = `: >/var/lib/holdfast-certificates/${host}.pem && systemctl restart haproxy && systemctl is-active haproxy`;
  expect(await clone.onMachine("load-balancer-2", spoil)).toBe("active");
  await until(90, () => alike(), /^alike$/);
  expect(await visit(`https://${address}/`)).toBe("200 2");
}, 300_000);

test("keys are root's alone, and in no journal and no argument", async () => {
  if (!hasAuthority) return;
  const look = `stat -c '%a %U' /etc/holdfast/certificates-*.key; sed -n 2p /etc/holdfast/certificates-site.key >/root/needle; journalctl --no-pager | grep -cFf /root/needle; cat /proc/*/cmdline | tr '\\0' '\\n' | grep -cFf /root/needle; true`;
  expect(await clone.onMachine("load-balancer-1", look)).toBe("600 root\n600 root\n0\n0");
}, 60_000);

test("the way back to http is one update without a failed request", async () => {
  if (!hasAuthority) return;
  writeSettings();
  const visitors = await clone.underLoad(`http://${address}/health`, 30, async () => {
    succeeded(await clone.holdfast(["local", "up"]));
  });
  expect(visitors.failures).toEqual({});
  expect(await visit(`http://${address}/`)).toBe("200 1.1");
  expect(await clone.onMachine("load-balancer-1", "ss -Hltn 'sport = :443' | wc -l")).toBe("0");
}, 600_000);
