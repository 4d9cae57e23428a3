import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Clone } from "../../../drills/frame/clone";
import { addressPlan } from "../../../local/network/addresses";
import { currentSlot } from "../../../local/network/slots";
import { saidBy } from "../stack/succeeded";

// An app with other habits than ours. Each test goes on from the one before it, and ends with a stack that is well.

const clone = new Clone("local-health");
/** From where visitors come; which slot of addresses a local cloud has is known once it is there. */
const visitors = () => addressPlan(currentSlot(clone.name) ?? 0).visitorIpv4.map((address) => `${address}/32`);

/** Whole settings: what the app gets in its environment, and what else is not the default. */
function settle(environment: Record<string, string>, app: object = {}, balancer: object = {}): void {
  const file = join(clone.folder, `Pulumi.${clone.name}.yaml`);
  const { config, ...rest } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const quick = { startTimeout: 8, settleTime: 1, drainTimeout: 2 };
  delete config["holdfast:database"];
  config["holdfast:app"] = {
    ...{ release: "./tests/rehearsal/field/visited", machines: 1, instances: 1, ...quick },
    ...{ environment, ...app },
  };
  config["holdfast:loadBalancer"] = { machines: 1, limits: { connections: 500 }, ...balancer };
  writeFileSync(file, stringify({ ...rest, config }));
}

const up = () => clone.pulumi(["up", "--yes", "--skip-preview"], { timeout: 600 });

/** What a `pulumi up` that has to fail says. */
async function refused(): Promise<string> {
  const { code, stdout, stderr } = await up();
  const said = `${stdout}\n${stderr}`;
  if (code === 0) throw new Error(`it went well:\n${said.slice(-2000)}`);
  return said;
}

async function visit(...args: string[]): Promise<string> {
  const { url } = await clone.status();
  return saidBy(await clone.holdfast(["local", "internet", "--", "curl", "-sS", "-m", "9", ...args, url ?? ""])).trim();
}

const code = ["-o", "/dev/null", "-w", "%{http_code}"];

beforeAll(async () => {
  await clone.holdfast(["local", "down"]);
  settle({ STATUS: "204" });
}, 300_000);

afterAll(() => clone.remove(), 300_000);

test("a fresh stack is refused at the app machine with the status that was seen, and comes up with 200", async () => {
  const { stdout, stderr } = await clone.holdfast(["local", "up"], { timeout: 900 });
  expect(`${stdout}\n${stderr}`).toMatch(/instance 1 answered 204 to GET \/health with Host localhost/);
  settle({});
  saidBy(await up());
  expect(await visit(...code)).toBe("200");
}, 1_500_000);

test.each<[string, Record<string, string>, RegExp]>([
  ["a redirect", { STATUS: "301" }, /instance 1 answered 301 to GET \/health/],
  ["a slow answer", { PAUSE: "1" }, /instance 1 did not answer GET \/health with Host localhost within 0\.4 s/],
  [
    "127.0.0.1",
    { ADDRESS: "127.0.0.1" },
    /listens on 127\.0\.0\.1 only \(port 8001\); load balancers come to 10\.0\.1\.41/,
  ],
])(
  "%s is refused at the machine, and the old configuration is back",
  async (_, environment, reason) => {
    settle(environment);
    const said = await refused();
    expect(said).toMatch(reason);
    expect(said).toContain("The old configuration is back");
    expect(await visit(...code)).toBe("200");
  },
  600_000,
);

test("an app that knows its own hosts only: refused, served with app.healthHost, and a new pair is fit with it", async () => {
  settle({ HOSTS: "shop.example" });
  expect(await refused()).toMatch(/answered 400 to GET \/health with Host localhost/);
  // The load balancer asks under the old name until it is configured, after the app.
  settle({ HOSTS: "shop.example localhost" }, { healthHost: "shop.example" });
  saidBy(await up());
  settle({ HOSTS: "shop.example" }, { healthHost: "shop.example" }, { machines: 2 });
  saidBy(await up());
  const { alarms } = JSON.parse((await clone.holdfast(["status", "--json", "--timeout", "20"])).stdout) as {
    readonly alarms: readonly string[];
  };
  expect(alarms).toEqual([]);
  expect(await visit("-H", "Host: shop.example", ...code)).toBe("200");
}, 1_200_000);

test("the word of an exempt source about https counts; websockets leave pages alone", async () => {
  const limits = { connections: 500, requestsPerInstance: 2, exempt: visitors() };
  settle({ FRONT: "1", HOSTS: "shop.example" }, { healthHost: "shop.example" }, { machines: 2, limits });
  saidBy(await up());
  const claims = ["-H", "Host: shop.example", "-H", "X-Forwarded-Proto: https", "-H", "X-Forwarded-For: 192.0.2.77"];
  expect(await visit(...claims, "-D", "-")).toMatch(/^HTTP\/1\.1 200[^]*x-visitor: 192\.0\.2\.77/);
  const hold = [
    "import socket,sys,urllib.request",
    "there=(sys.argv[1],80)",
    "ask=b'GET /socket HTTP/1.1\\r\\nHost: shop.example\\r\\nConnection: Upgrade\\r\\nUpgrade: chat\\r\\n\\r\\n'",
    "held=[socket.create_connection(there) for _ in range(8)]",
    "[one.sendall(ask) for one in held]",
    "print([one.recv(12)[-3:].decode() for one in held])",
    "page=urllib.request.Request('http://%s/'%sys.argv[1],headers={'Host':'shop.example','X-Forwarded-Proto':'https'})",
    "print(urllib.request.urlopen(page,timeout=2).status)",
  ].join("\n");
  const address = new URL((await clone.status()).url ?? "").hostname;
  const said = saidBy(await clone.holdfast(["local", "internet", "--", "python3", "-c", hold, address]));
  expect(said).toContain(
    `${JSON.stringify(Array<string>(8).fill("101")).replaceAll('"', "'").replaceAll(",", ", ")}\n200`,
  );
}, 600_000);

test("checks leave no traces in the app's log", async () => {
  const look = "sleep 20; journalctl -u app@1 --since -20s -o cat | grep -c Traceback; true";
  expect(await clone.onMachine("app-1", look)).toBe("0");
}, 60_000);
