import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { StackStatus } from "../../stack/status/stackStatus";
import type { DaemonInfo } from "../../local/paths";
import type { RunResult } from "../../lib/run";
import { Clone } from "../../drills/frame/clone";
import { succeeded } from "./stack/succeeded";

// What a person does with a stack, from nothing to nothing. Each test goes on from the one before it.

const CONFIGURATION = "/etc/haproxy/haproxy.cfg";
let clone: Clone;
let url: string;

beforeAll(async () => {
  clone = new Clone("local-rehearsal");
  await clone.holdfast(["local", "down"]);
}, 120_000);

afterAll(() => clone.remove(), 300_000);

const curl = (path = "/", ...options: string[]) =>
  clone.holdfast(["local", "internet", "--", "curl", "-fsS", "--max-time", "10", ...options, `${url}${path}`]);

const balancers = async () => (await clone.status()).machines.filter(({ roles }) => roles.includes("loadBalancer"));

test("one command leads from nothing to a page", async () => {
  const { stdout } = succeeded(await clone.holdfast(["local", "up"]));
  const status = await clone.status();
  url = status.url ?? "";
  expect(stdout).toContain(`The stack runs: ${url}`);
  expect(status.machines.length).toBeGreaterThanOrEqual(3);
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
  expect(status.notices.join()).toMatch(/app-1-1 is out of rotation \(drain\)/);
  const holder = { cloud: "load-balancer-1", masters: ["load-balancer-1"] };
  expect(status.floatingIps).toEqual([{ address: new URL(url).hostname, ...holder }]);
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
  expect(await clone.onMachine(first, `grep -c 'timeout queue 4000ms' ${CONFIGURATION}`)).toMatch(/^[1-9]/);
}, 180_000);

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

test("`local down` leaves nothing, and twice is as good as once", async () => {
  const { stderr } = succeeded(await clone.holdfast(["local", "down"]));
  expect(stderr).toContain("Nothing of the local cloud");
  expect(existsSync(clone.paths.state)).toBe(false);
  succeeded(await clone.holdfast(["local", "down"]));
}, 300_000);
