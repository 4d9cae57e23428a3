import { X509Certificate } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { Clone } from "../../drills/frame/clone";
import { addressPlan } from "../../local/network/addresses";
import { currentSlot } from "../../local/network/slots";
import { builtAcmeServer, obtainAcmeServer } from "../../toolchain/acmeServer";
import { makeCertificate } from "../support/certificates";
import { succeeded } from "./stack/succeeded";

// https with what a person brings: a certificate of one's own, something in front, and DNS that doctor looks at.

const [host, shop] = ["guestbook.example.com", "shop.example.com"];
const balancers = ["load-balancer-1", "load-balancer-2"];
const root = makeCertificate({ isAuthority: true, subject: "/CN=root" });
let clone: Clone;
let address = "";
let proxy = "";
/** Pebble is built from Go modules: without Go there is no authority, and the stack serves http. */
let hasAuthority = false;

beforeAll(async () => {
  await obtainAcmeServer();
  hasAuthority = builtAcmeServer() !== undefined;
  clone = new Clone("local-own");
  await clone.holdfast(["local", "down"]);
}, 900_000);

afterAll(() => clone.remove(), 300_000);

function writeSettings(https: object): void {
  clone.editSettings((text) => {
    const { config, ...rest } = parse(text) as { config: Record<string, unknown> };
    Reflect.deleteProperty(config, "holdfast:database");
    const app = { ...(config["holdfast:app"] as object), machines: 1 };
    const loadBalancer = { ...(config["holdfast:loadBalancer"] as object), machines: 2 };
    const more = { "holdfast:app": app, "holdfast:loadBalancer": loadBalancer, "holdfast:https": https };
    return `# ${Date.now()}\n${stringify({ ...rest, config: { ...config, ...more } })}`;
  });
}

/** Brings another certificate for the shop; gives its fingerprint. */
async function bring(https: object = {}): Promise<string> {
  const { certificate, key } = makeCertificate({ names: `DNS:${shop}`, by: root });
  const certificates = { [shop]: { chain: certificate + root.certificate } };
  writeSettings({ hosts: [host, shop], address: true, certificates, ...https });
  const path = `holdfast:https.certificates["${shop}"].key`;
  const set = ["config", "set", "--secret", "--path", "--stack", "local-own", path];
  succeeded(await clone.pulumi(set, { input: key }));
  succeeded(await clone.holdfast(["local", "up"]));
  return new X509Certificate(certificate).fingerprint256;
}

const curl = (...args: string[]) =>
  clone.holdfast(["local", "internet", "--", "curl", "-sS", "--max-time", "5", ...args]);

async function until(limit: number, ask: () => Promise<string>, wanted: string): Promise<void> {
  for (const started = Date.now(); ; await pause(500)) {
    const last = await ask();
    if (last === wanted) return;
    if (Date.now() - started > limit * 1000) throw new Error(`after ${limit} s: ${last}, not ${wanted}`);
  }
}

/** What both load balancers serve for the shop; one fingerprint where it is the same. */
async function serving(): Promise<string> {
  const look = `openssl s_client -connect 127.0.0.1:443 -servername ${shop} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;
  const all = await Promise.all(balancers.map((machine) => clone.onMachine(machine, look)));
  return [...new Set(all.map((line) => line.split("=")[1]))].join(" and ");
}

/** When HAProxy was last reloaded, on each. */
const reloads = () =>
  Promise.all(balancers.map((machine) => clone.onMachine(machine, "systemctl show haproxy -p ExecReload")));

test("a certificate of one's own is served by both load balancers", async () => {
  if (!hasAuthority) return;
  // The local cloud has to be there before its stack can have a secret.
  writeSettings({ hosts: [host], address: true });
  succeeded(await clone.holdfast(["local", "up"]));
  address = (await clone.status()).floatingIps[0]?.address ?? "";
  await until(60, serving, await bring());
  const { stdout } = succeeded(await clone.holdfast(["certificates", "--stack", "local-own"]));
  expect(stdout).toMatch(/shop\.example\.com .*\(your own\), until .*, both/);
  const renew = await clone.holdfast(["certificates", "renew", shop, "--stack", "local-own"]);
  expect(renew.code).not.toBe(0);
  expect(renew.stderr).toContain("is your own");
}, 900_000);

test("the next one takes its place without a reload and without a failed request", async () => {
  if (!hasAuthority) return;
  const before = await reloads();
  const visitors = await clone.underLoad(`http://${address}/health`, 30, async () => {
    await until(60, serving, await bring());
  });
  expect(visitors.failures).toEqual({});
  expect(await reloads()).toEqual(before);
}, 600_000);

test("what stands in front is believed, and nobody else is", async () => {
  if (!hasAuthority) return;
  proxy = addressPlan(currentSlot("local-own") ?? 0).visitorIpv4.at(-1) ?? "";
  await bring({ behind: { from: [`${proxy}/32`] } });
  const ask = async (...more: string[]) =>
    (await curl("-o", "/dev/null", "-w", "%{http_code}", ...more, "-H", `Host: ${shop}`, `http://${address}/`)).stdout;
  const told = ["-H", "X-Forwarded-Proto: https", "-H", "X-Forwarded-For: 192.0.2.66"];
  expect(await ask("--interface", proxy, ...told)).toBe("200");
  expect(await ask(...told)).toBe("308");
  const active = (await clone.status()).floatingIps[0]?.machine?.replace("local-own-", "") ?? "";
  const seen = `journalctl -u haproxy --no-pager -o cat | grep -c '"source":"192.0.2.66"'`;
  expect(await clone.onMachine(active, seen)).toBe("1");
}, 600_000);

test("doctor says where names lead, before an authority is asked", async () => {
  if (!hasAuthority) return;
  await bring();
  const doctor = async () => (await clone.holdfast(["doctor", "--stack", "local-own"])).stdout;
  expect(await doctor()).toContain(`${host} has no address in DNS yet`);
  succeeded(await clone.holdfast(["local", "name", host, "198.51.100.200"]));
  expect(await doctor()).toContain(`${host} leads to 198.51.100.200 and not here`);
  succeeded(await clone.holdfast(["local", "name", host, address, "2001:db8:ffff::1"]));
  expect(await doctor()).toContain("remove the AAAA record of 2001:db8:ffff::1");
  succeeded(await clone.holdfast(["local", "name", host, address]));
  expect(await doctor()).toContain(`${host} leads here (${address})`);
}, 600_000);

test("keys are root's alone, and in no journal and no argument", async () => {
  if (!hasAuthority) return;
  const file = `/etc/holdfast/certificate-${shop}.pem`;
  const look = `stat -c '%a %U' ${file}; sed -n '/PRIVATE/{n;p}' ${file} >/root/needle; journalctl --no-pager | grep -cFf /root/needle; cat /proc/*/cmdline | tr '\\0' '\\n' | grep -cFf /root/needle; wc -l </root/needle`;
  expect(await clone.onMachine("load-balancer-1", look)).toBe("600 root\n0\n0\n1");
}, 60_000);
