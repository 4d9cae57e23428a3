import { spawn } from "node:child_process";
import { join } from "node:path";
import { callDaemon, cloudStatus, requireDaemon } from "../../stack/local/client";
import { describeMachine, readStatus } from "../../stack/local/status";
import { visitorCommand } from "../../stack/local/visitors";
import { run, type CommandResult } from "../../local/machines/command";
import { enterCommand } from "../../local/machines/enter";
import { edgeNamespace, visitorNamespace } from "../../local/network/names";
import { localCloudName } from "../../local/paths";
import type { LoadResult } from "../load/outcomes";
import type { SlowRequestsResult } from "../load/slowRequests";
import type { StreamsResult } from "../load/streams";
import type { WriterResult } from "../load/writers";
import { pulumiUp } from "./pulumiUp";
import { rollBack } from "./rollBack";
import type { Stack, StackMachine } from "./stack";

/** What the local cloud tells at /_local/delays. */
interface LocalDelays {
  readonly factor: number;
  readonly seconds: { readonly assign_floating_ip: number };
}

/** The programs of drills/load that run on the visitors' side. */
type LoadProgram = "load" | "slowRequests" | "streams" | "writers";

/** The stack that runs on this computer's local cloud. @throws when there is none */
export async function openLocalStack(name = localCloudName()): Promise<Stack> {
  const daemon = await requireDaemon(name);
  const { url } = await readStatus(name);
  if (!url) throw new Error(`the local cloud "${name}" has no stack to drill: run \`make local\` first`);
  const namespace = visitorNamespace(name);
  const sources = await sourceAddresses(namespace);
  const attackers = await attackerAddresses(name, namespace);
  const visitors = new Visitors(name, url, sources);
  const lowPriority = ["nice", "--adjustment=19"];
  const attackersOf = (count: number) => new Visitors(name, url, attackers.ipv4.slice(0, count), lowPriority);
  const fromOutside = (command: readonly string[]) => {
    const [ip = "", ...args] = visitorCommand(name, command);
    return run(ip, args);
  };

  const machines = async (): Promise<StackMachine[]> =>
    (await cloudStatus(daemon)).machines.map(describeMachine).map((machine) => ({
      id: machine.id,
      name: machine.name,
      roles: machine.roles,
      privateAddress: machine.privateAddress ?? "",
      publicIpv6: machine.publicIpv6 ?? undefined,
      running: machine.state === "running",
      initPid: machine.initPid ?? undefined,
    }));

  return {
    environment: "local cloud",
    name,
    url,
    releases: { built: 0 },
    machines,
    status: () => cloudStatus(daemon),
    inside: (machine, command) => {
      const [program = "", ...args] = [...enterCommand(initOf(machine)), "sh", "-c", command];
      return run(program, args);
    },
    inNetworkOf: (machine, command, input) =>
      run("nsenter", [`--target=${initOf(machine)}`, "--net", "--", ...command], input === undefined ? {} : { input }),
    visit: async (options, signal) => (await visitors.run("load", options, signal)) as LoadResult,
    streams: async (options, signal) => (await visitors.run("streams", options, signal)) as StreamsResult,
    write: async (options, signal) => (await visitors.run("writers", options, signal)) as WriterResult,
    flood: async (options) => (await attackersOf(1).run("load", options)) as LoadResult,
    slowRequests: async (options, count, to) => {
      const ipv6 = to && { url: `http://[${to.publicIpv6 ?? ""}]`, sources: attackers.ipv6.slice(0, count) };
      return (await attackersOf(count).run("slowRequests", { ...options, ...ipv6 })) as SlowRequestsResult;
    },
    fromOutside,
    upChangesNothing: async () => {
      const { code, output } = await pulumiUp(daemon, {}, ["--expect-no-changes"]);
      // Pulumi has no exit code of its own for changes; other failures are errors.
      if (code !== 0 && !/no changes were expected/i.test(output))
        throw new Error(`pulumi up failed: ${output.trim().slice(-1000)}`);
      return code === 0;
    },
    up: (options) => pulumiUp(daemon, options),
    rollBack: (settings) => rollBack(name, settings),
    apiDelays: async () => {
      const { factor, seconds } = (await callDaemon(daemon, "/_local/delays")) as LocalDelays;
      return { factor, assignFloatingIp: seconds.assign_floating_ip };
    },
    api: (method, path, body) =>
      callDaemon(daemon, path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  };
}

/** Programs on the visitors' side. */
class Visitors {
  constructor(
    private readonly cloud: string,
    private readonly url: string,
    private readonly sources: readonly string[],
    /** What is put before the program, which it becomes. */
    private readonly by: readonly string[] = [],
  ) {}

  /** Runs one with its options as JSON and gives its result; the signal asks it to end with what it has. */
  async run(program: LoadProgram, options: object, signal?: AbortSignal): Promise<unknown> {
    const file = join(__dirname, "../load", `${program}.ts`);
    const asked = JSON.stringify({ url: this.url, sources: this.sources, ...options });
    const node = [...this.by, process.execPath, "--require", "ts-node/register", file, asked, String(process.pid)];
    const [ip = "", ...args] = visitorCommand(this.cloud, node);
    const { code, stdout, stderr } = await runUntilAborted(ip, args, signal);
    if (code !== 0) throw new Error(`${program} failed with exit code ${code}: ${stderr.trim().slice(-2000)}`);
    return JSON.parse(stdout);
  }
}

/**
 * Runs a program to its end. The signal asks it to end with SIGTERM; it then has as long as it needs, because visitors wait
 * for their answers.
 */
function runUntilAborted(program: string, args: readonly string[], signal?: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ask = () => void child.kill("SIGTERM");
    signal?.addEventListener("abort", ask, { once: true });
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", ask);
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

function initOf({ name, initPid }: StackMachine): number {
  if (initPid === undefined) throw new Error(`machine ${name} does not run: nothing can be done inside`);
  return initPid;
}

/**
 * Every address of the visitors' range that nobody else has, given to the visitors: 300 requests a second from one
 * source would meet the limits per source, as they should.
 */
async function sourceAddresses(namespace: string): Promise<string[]> {
  const shown = await run("ip", ["-n", namespace, "-4", "-json", "address", "show", "dev", "eth0"]);
  const [link] = JSON.parse(shown) as { addr_info: { local: string }[] }[];
  const taken = link?.addr_info.map(({ local }) => local) ?? [];
  const [first = ""] = taken;
  const last = Number(first.split(".")[3]);
  const base = last - (last % 32);
  // 0 to 3 are the router, this computer and the package proxy; 31 is where the next cloud's range begins.
  const all = Array.from({ length: 27 }, (_, index) => first.replace(/\d+$/, String(base + 4 + index)));
  for (const address of all) await run("ip", ["-n", namespace, "address", "replace", `${address}/32`, "dev", "eth0"]);
  return all;
}

/**
 * Addresses of attackers, apart from those of visitors, so that limits per source hit attackers alone. They come from
 * ranges for documentation (RFC 5737, RFC 3849), which never leave this cloud's namespaces. Those of IPv6 are in one /48,
 * each in a /64 of its own.
 */
async function attackerAddresses(cloud: string, namespace: string) {
  const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
  const ipv4 = numbers.map((number) => `192.0.2.${number}`);
  const ipv6 = numbers.map((number) => `2001:db8:ffff:${number.toString(16)}::1`);
  await run("ip", ["-n", edgeNamespace(cloud), "route", "replace", "192.0.2.0/24", "dev", "internet"]);
  await run("ip", ["-n", edgeNamespace(cloud), "route", "replace", "2001:db8:ffff::/48", "dev", "internet"]);
  const give = (address: string, ...more: string[]) =>
    run("ip", ["-n", namespace, "address", "replace", address, "dev", "eth0", ...more]);
  for (const address of ipv4) await give(`${address}/32`);
  // Without the wait for duplicates, and never chosen for what names no source of its own.
  for (const address of ipv6) await give(`${address}/128`, "nodad", "preferred_lft", "0");
  return { ipv4, ipv6 };
}
