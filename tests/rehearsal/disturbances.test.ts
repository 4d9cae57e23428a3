import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonInfo } from "../../local/paths";
import type { RunResult } from "../../lib/run";
import { Clone } from "../../drills/frame/clone";
import { succeeded } from "./stack/succeeded";

// What disturbs a person who changes a stack: mistakes, hands on machines, programs that are killed. Each test goes on from
// the one before it.

const CONFIGURATION = "/etc/haproxy/haproxy.cfg";
const clone = new Clone("local-rehearsal");
let url: string;

beforeAll(async () => {
  await clone.holdfast(["local", "down"]);
  succeeded(await clone.holdfast(["local", "up"]));
  url = (await clone.status()).url ?? "";
}, 720_000);

afterAll(() => clone.remove(), 300_000);

const curl = () => clone.holdfast(["local", "internet", "--", "curl", "-fsS", "--max-time", "10", url]);

const balancers = async () => (await clone.status()).machines.filter(({ roles }) => roles.includes("loadBalancer"));

test("a broken haproxy.cfg is refused on the machine with HAProxy's own words, and the old one serves on", async () => {
  const repair = clone.edit("roles/loadBalancer/haproxy.cfg.ts", (text) => text.replace("maxconn $", "maxxconn $"));
  const { code, stdout } = await clone.pulumi(["up", "--yes", "--skip-preview"]);
  expect(code).not.toBe(0);
  expect(stdout).toContain("unknown keyword 'maxxconn'");
  succeeded(await curl());
  for (const { name } of await balancers()) {
    expect(await clone.onMachine(name, `grep -c maxxconn ${CONFIGURATION} || true`)).toBe("0");
  }
  repair();
  succeeded(await clone.pulumi(["up", "--yes", "--skip-preview"]));
}, 180_000);

test("what somebody changed by hand is found and put right", async () => {
  const [balancer = { name: "" }] = await balancers();
  const before = await clone.onMachine(balancer.name, `sha256sum ${CONFIGURATION}`);
  await clone.onMachine(balancer.name, `echo '# by hand' >>${CONFIGURATION}`);
  const preview = succeeded(await clone.pulumi(["preview", "--refresh", "--diff"])).stdout;
  expect(preview).toContain("# by hand");
  succeeded(await clone.pulumi(["up", "--yes", "--refresh", "--skip-preview"]));
  expect(await clone.onMachine(balancer.name, `sha256sum ${CONFIGURATION}`)).toBe(before);
}, 180_000);

test("the local cloud's process is killed: machines run on, and the next `local up` takes them over", async () => {
  const inits = (await clone.status()).machines.map(({ initPid }) => initPid);
  const { pid } = JSON.parse(readFileSync(clone.paths.daemon, "utf8")) as DaemonInfo;
  process.kill(pid, "SIGKILL");
  expect((await clone.holdfast(["local", "status"])).code).toBe(3);
  const { stdout } = succeeded(await clone.holdfast(["local", "up"]));
  expect(stdout).not.toMatch(/created|updated|deleted/);
  expect((await clone.status()).machines.map(({ initPid }) => initPid)).toEqual(inits);
  succeeded(await curl());
}, 180_000);

test("`pulumi up` is killed while it creates servers: the next `local up` gets there", async () => {
  clone.editSettings((text) => text.replace("machines: 2\n    instances", "machines: 3\n    instances"));
  const { code } = await upThatIsSignalled("SIGKILL", /Server app-3 creating/);
  expect(code).not.toBe(0);
  succeeded(await clone.holdfast(["local", "up"]));
  expect((await clone.status()).machines.map(({ name }) => name)).toContain(`${clone.name}-app-3`);
}, 300_000);

test("Ctrl-C while a machine is configured: an orderly end, and the next `local up` gets there", async () => {
  clone.editSettings((text) => text.replace("machines: 3\n    instances", "machines: 4\n    instances"));
  const { code, stdout } = await upThatIsSignalled("SIGINT", /Configuration app-4 creating/);
  expect(code).not.toBe(0);
  expect(stdout).toMatch(/[Ii]nterrupted|cancel/);
  succeeded(await curl());
  succeeded(await clone.holdfast(["local", "up"]));
  expect((await clone.status()).machines.map(({ name }) => name)).toContain(`${clone.name}-app-4`);
}, 300_000);

/** `pulumi up` that gets a signal as soon as it says something. @throws when it ends without having said it */
async function upThatIsSignalled(signal: NodeJS.Signals, when: RegExp): Promise<RunResult> {
  let seen = "";
  let ended = false;
  const up = clone.pulumi(["up", "--yes", "--skip-preview"], { onLine: (line) => (seen += line) });
  void up.finally(() => (ended = true));
  while (!when.test(seen) && !ended) await sleep(20);
  if (ended) throw new Error(`it ended before it said ${String(when)}:\n${seen}`);
  signalPulumi(clone.name, signal);
  return up;
}

/** For the `pulumi` that works on this stack, and for no other. */
function signalPulumi(stack: string, signal: NodeJS.Signals): void {
  const folder = `${clone.paths.pulumi}/.pulumi/locks/organization/holdfast/${stack}`;
  const [lock = ""] = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const { pid } = JSON.parse(readFileSync(`${folder}/${lock}`, "utf8")) as { pid: number };
  process.kill(pid, signal);
}
