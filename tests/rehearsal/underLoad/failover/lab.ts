import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { LoadOptions } from "../../../../drills/load/load";
import type { LoadResult } from "../../../../drills/load/outcomes";
import { ensureBaseImage } from "../../../../local/machines/baseImage";
import { run, tryRun } from "../../../../local/machines/command";
import { keeperConfiguration, keeperPaths } from "../../../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { libraries, programFolder } from "../../../../roles/programFolder";
import { failoverCommand } from "../../../../roles/loadBalancer/pair";
import { keepalivedConf, vrrpPaths } from "../../../../roles/loadBalancer/keepalived.conf";

/** The lab's floating IP; it exists in the lab's namespaces only. */
export const floatingIp = "203.0.113.200";
const token = "this-is-the-secret-of-an-environment-0123456789abcdef";
const router = "10.77.0.1";
const instance = "10.77.0.20";
const repository = join(__dirname, "../../../..");

/** One load balancer: HAProxy, keepalived and the keeper of the base image in namespaces of their own. */
interface Balancer {
  readonly number: number;
  readonly serverId: number;
  readonly address: string;
  readonly namespace: string;
  readonly folder: string;
  process?: ChildProcess;
  output: string;
}

/**
 * Two load balancers, an instance and the router between them, without booting anything: the pair's own daemons on a
 * network routed like Hetzner's. What needs systemd is tested on whole machines.
 */
export class FailoverLab {
  private readonly prefix = `hf-fo-${process.pid}`;
  private readonly folder = mkdtempSync(join(tmpdir(), "holdfast-failover-"));
  private readonly helpers: ChildProcess[] = [];
  private readonly edge = `${this.prefix}-edge`;
  /** Server ids in the order in which they were given the address. */
  readonly moves: number[] = [];
  readonly balancers: readonly Balancer[] = [1, 2].map((number) => ({
    number,
    serverId: number * 11,
    address: `10.77.0.1${number}`,
    namespace: `${this.prefix}-lb${number}`,
    folder: join(this.folder, `lb${number}`),
    output: "",
  }));

  async build(): Promise<void> {
    await run("ip", ["netns", "add", this.edge]);
    await this.inEdge("ip", ["link", "set", "lo", "up"]);
    await this.inEdge("ip", ["address", "add", `${router}/32`, "dev", "lo"]);
    await this.inEdge("sysctl", ["-qw", "net.ipv4.ip_forward=1"]);
    for (const { number, namespace, address } of this.balancers) {
      await this.connect(namespace, `e${number}`, address);
      await run("ip", ["-n", namespace, "address", "add", `${floatingIp}/32`, "dev", "lo"]);
    }
    const app = `${this.prefix}-app`;
    await this.connect(app, "e9", instance);
    this.helper([
      "netns",
      "exec",
      app,
      "python3",
      "-m",
      "http.server",
      "8001",
      "--directory",
      "/usr/share/doc/python3",
    ]);
    const hops = this.balancers.map(({ serverId, address, number }) => `${serverId}=${address}@e${number}`);
    const api = this.helper([
      "netns",
      "exec",
      this.edge,
      "python3",
      join(__dirname, "edge.py"),
      router,
      floatingIp,
      ...hops,
    ]);
    if (api.stdout)
      createInterface(api.stdout).on("line", (line) => {
        this.moves.push((JSON.parse(line) as { holder: number }).holder);
      });
  }

  /** A cable from the router: a /32 at each end, and everything through the router. */
  private async connect(namespace: string, device: string, address: string): Promise<void> {
    await run("ip", ["netns", "add", namespace]);
    await run("ip", ["-n", namespace, "link", "set", "lo", "up"]);
    await run("ip", [
      "link",
      "add",
      device,
      "netns",
      this.edge,
      "type",
      "veth",
      "peer",
      "name",
      "eth0",
      "netns",
      namespace,
    ]);
    await this.inEdge("ip", ["link", "set", device, "up"]);
    await this.inEdge("ip", ["route", "add", `${address}/32`, "dev", device]);
    await run("ip", ["-n", namespace, "link", "set", "eth0", "up"]);
    await run("ip", ["-n", namespace, "address", "add", `${address}/32`, "dev", "eth0"]);
    await run("ip", ["-n", namespace, "route", "add", `${router}/32`, "dev", "eth0"]);
    await run("ip", ["-n", namespace, "route", "add", "default", "via", router]);
  }

  /** Starts the daemons of one load balancer, as if its machine had booted. */
  async start(balancer: Balancer): Promise<void> {
    const { root } = await ensureBaseImage(() => undefined);
    const { folder, namespace } = balancer;
    writeFiles(balancer, this.balancers);
    const script = [
      `mount -t tmpfs tmpfs ${folder}/disk && mkdir ${folder}/disk/upper ${folder}/disk/work`,
      `mount -t overlay overlay -o lowerdir=${folder}/files:${root},upperdir=${folder}/disk/upper,workdir=${folder}/disk/work ${folder}/root`,
      // What is in /etc/holdfast outlives the machine's boots.
      `mount --bind ${folder}/files/etc/holdfast ${folder}/root/etc/holdfast`,
      `cd ${folder}/root && mount -t proc proc proc && mount --rbind /dev dev && mount -t tmpfs tmpfs run`,
      "exec chroot . /bin/sh /start",
    ].join(" && ");
    const unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script];
    const child = spawn("ip", ["netns", "exec", namespace, ...unshare], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text: Buffer) => (balancer.output += text.toString()));
    balancer.process = child;
  }

  /** Runs holdfast-failover on the machine; the exit code, and all that it said. */
  async handOver(balancer: Balancer, argument?: "out" | "in"): Promise<{ code: number; said: string }> {
    const command = ["python3", failoverCommand, ...(argument ? [argument] : [])];
    const { code, stdout, stderr } = await tryRun("nsenter", [...insideOf(balancer), ...command]);
    return { code, said: `${stdout}${stderr}`.trim() };
  }

  /** Runs a command on the machine. */
  async inside(balancer: Balancer, command: string): Promise<string> {
    return run("nsenter", [...insideOf(balancer), "sh", "-c", command]);
  }

  /** Whether the file is there that keeps the machine out of the election. */
  isOut({ folder }: Balancer): boolean {
    return existsSync(join(folder, "files", vrrpPaths.maintenance));
  }

  /** Kills everything on the machine at once. */
  async kill(balancer: Balancer): Promise<void> {
    const { process: child } = balancer;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** Drops packets at the router's end of the cable: everything, or VRRP only. */
  async cut({ number }: Balancer, what: "everything" | "vrrp"): Promise<void> {
    const match = what === "vrrp" ? "ip protocol 112" : "meta l4proto != 255";
    const rules = ["iifname", "oifname"].map((side) => `add rule inet cut all ${side} e${number} ${match} drop`);
    const hooks = ["prerouting", "postrouting"];
    const script = hooks.flatMap((hook, index) => [
      `add table inet cut`,
      `add chain inet cut ${hook} { type filter hook ${hook} priority -300; }`,
      rules[index]?.replace(" all ", ` ${hook} `) ?? "",
    ]);
    await this.inEdge("nft", [script.join("\n")]);
  }

  async heal(): Promise<void> {
    await this.inEdge("nft", ["delete", "table", "inet", "cut"]);
  }

  /** What visitors experience, seen from the router. */
  async visit(options: Omit<LoadOptions, "url">, during: () => Promise<void>): Promise<LoadResult> {
    const load = JSON.stringify({ url: `http://${floatingIp}/`, ...options });
    const main = join(repository, "drills/load/load.ts");
    const visitors = this.inEdge(process.execPath, ["--require", "ts-node/register", main, load]);
    await during();
    return JSON.parse(await visitors) as LoadResult;
  }

  /** What the keeper of a load balancer says of itself; undefined while it says nothing. */
  async state({ address }: Balancer): Promise<{ master: boolean; fit: boolean; held: boolean } | undefined> {
    const { code, stdout } = await tryRun("ip", [
      ...["netns", "exec", this.edge, "curl", "-s", "-m", "1", `http://${address}:8405/state`],
    ]);
    return code === 0 ? (JSON.parse(stdout) as { master: boolean; fit: boolean; held: boolean }) : undefined;
  }

  async remove(): Promise<void> {
    for (const balancer of this.balancers) await this.kill(balancer);
    for (const helper of this.helpers) helper.kill("SIGKILL");
    for (const name of [this.edge, `${this.prefix}-app`, ...this.balancers.map(({ namespace }) => namespace)])
      await tryRun("ip", ["netns", "delete", name]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private inEdge(command: string, args: readonly string[]): Promise<string> {
    return run("ip", ["netns", "exec", this.edge, command, ...args]);
  }

  private helper(args: readonly string[]): ChildProcess {
    const child = spawn("ip", args, { stdio: ["ignore", "pipe", "ignore"], cwd: repository });
    this.helpers.push(child);
    return child;
  }
}

/** What nsenter needs to run something on a machine. */
function insideOf({ process: child }: Balancer): string[] {
  if (child?.pid === undefined) throw new Error("the machine does not run");
  const [init] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
  if (!init) throw new Error("the machine has ended");
  return ["--target", init, "--mount", "--net", "--pid", "--root", "--wd"];
}

function writeFiles(balancer: Balancer, all: readonly Balancer[]): void {
  const { folder, address, number, serverId } = balancer;
  const peers = all.filter((other) => other !== balancer).map((other) => other.address);
  for (const name of ["disk", "root", "files"]) mkdirSync(join(folder, name), { recursive: true });
  const write = (path: string, content: string) => {
    const file = join(folder, "files", path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  };
  const keeper = programFolder(join(repository, "roles/loadBalancer/floatingIpKeeper"), keeperPaths.folder, [
    libraries.healthcheck,
  ]);
  for (const [path, { content }] of Object.entries(keeper)) write(path, content);
  write(failoverCommand, readFileSync(join(repository, "roles/loadBalancer/handOver.py"), "utf8"));
  write(keeperPaths.token, token);
  write(
    keeperPaths.configuration,
    keeperConfiguration({
      ...{ endpoint: `http://${router}:8000/v1`, serverId, floatingIps: [{ id: 7, address: floatingIp }] },
      ...{ privateAddress: address, peers, instances: [{ name: "one", address: instance, port: 8001 }] },
      health: { path: "/", host: "localhost", connect: 0.3, answer: 0.4 },
    }),
  );
  write(vrrpPaths.configuration, keepalivedConf({ number, privateAddress: address, peers }));
  write(
    "/etc/haproxy/lab.cfg",
    [
      "defaults\n  mode http\n  timeout connect 500ms\n  timeout client 10s\n  timeout server 2s",
      "frontend web\n  bind *:80\n  default_backend app",
      "frontend status\n  bind 127.0.0.1:8404\n  monitor-uri /ready",
      `backend app\n  server one ${instance}:8001 check inter 500ms\n`,
    ].join("\n"),
  );
  write(
    "/start",
    [
      "haproxy -W -D -p /run/haproxy.pid -f /etc/haproxy/lab.cfg",
      `mkdir -m 0700 ${vrrpPaths.folder}`,
      `python3 ${keeperPaths.folder}/keeper.py ${keeperPaths.configuration} ${keeperPaths.token} &`,
      "keepalived --dont-fork --log-console &",
      "wait\n",
    ].join("\n"),
  );
}
