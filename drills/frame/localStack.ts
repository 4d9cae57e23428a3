import { join } from "node:path";
import { CHECKOUT } from "../../cli/checkout";
import { callDaemon, cloudStatus, requireDaemon } from "../../cli/local/client";
import { describeMachine } from "../../cli/local/describe";
import { readStatus } from "../../cli/local/status";
import { run, tryRun } from "../../local/machines/command";
import { enterCommand } from "../../local/machines/enter";
import { visitorNamespace } from "../../local/network/names";
import { localCloudName } from "../../local/paths";
import type { LoadResult } from "../load/outcomes";
import type { Stack, StackMachine } from "./stack";

const loadProgram = join(__dirname, "../load/main.ts");

/** The stack that runs on this computer's local cloud. @throws when there is none */
export async function openLocalStack(name = localCloudName()): Promise<Stack> {
  const daemon = await requireDaemon(name);
  const { url } = await readStatus(name);
  if (!url) throw new Error(`the local cloud "${name}" has no stack to drill: run \`make local\` first`);
  const namespace = visitorNamespace(name);
  const { visitors, attacker } = await sourceAddresses(namespace);
  const fromOutside = (command: readonly string[]) => run("ip", ["netns", "exec", namespace, ...command]);

  const machines = async (): Promise<StackMachine[]> =>
    (await cloudStatus(daemon)).machines.map(describeMachine).map((machine) => ({
      id: machine.id,
      name: machine.name,
      roles: machine.roles,
      privateAddress: machine.privateAddress ?? "",
      running: machine.state === "running",
      initPid: machine.initPid ?? undefined,
    }));

  return {
    environment: "local cloud",
    name,
    url,
    attacker,
    machines,
    status: () => cloudStatus(daemon),
    inside: (machine, command) => {
      const [program = "", ...args] = [...enterCommand(initOf(machine)), "sh", "-c", command];
      return run(program, args);
    },
    inNetworkOf: (machine, command, input) =>
      run("nsenter", [`--target=${initOf(machine)}`, "--net", "--", ...command], input === undefined ? {} : { input }),
    visit: async ({ url: path, ...options }) => {
      const load = JSON.stringify({ url: path ?? url, sources: visitors, ...options });
      return JSON.parse(await fromOutside([process.execPath, "--import", "tsx", loadProgram, load])) as LoadResult;
    },
    fromOutside,
    upChangesNothing: async () => {
      const up = "pulumi up --yes --skip-preview --suppress-outputs --expect-no-changes --non-interactive";
      const script = `environment=$(node bin/holdfast local env) && eval "$environment" && ${up}`;
      const { code, stdout, stderr } = await tryRun("env", [
        "-C",
        CHECKOUT,
        `HOLDFAST_LOCAL=${name}`,
        "sh",
        "-c",
        script,
      ]);
      // Pulumi says so in words; any other failure is not an answer.
      if (code !== 0 && !/no changes were expected/i.test(stdout + stderr))
        throw new Error(`pulumi up failed: ${(stderr || stdout).trim().slice(-1000)}`);
      return code === 0;
    },
    api: (method, path, body) =>
      callDaemon(daemon, path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  };
}

function initOf({ name, initPid }: StackMachine): number {
  if (initPid === undefined) throw new Error(`machine ${name} does not run: nothing can be done inside`);
  return initPid;
}

/**
 * Every address of the visitors' range that nobody else has, given to the visitors: 300 requests a second from one
 * source would meet the limits per source, as they should.
 */
async function sourceAddresses(namespace: string): Promise<{ visitors: string[]; attacker: string }> {
  const shown = await run("ip", ["-n", namespace, "-4", "-json", "address", "show", "dev", "eth0"]);
  const [link] = JSON.parse(shown) as { addr_info: { local: string }[] }[];
  const taken = link?.addr_info.map(({ local }) => local) ?? [];
  const [first = ""] = taken;
  const last = Number(first.split(".")[3]);
  const base = last - (last % 32);
  // 0 to 3 are the router, this computer and the package proxy; 31 is where the next cloud's range begins.
  const all = Array.from({ length: 27 }, (_, index) => first.replace(/\d+$/, String(base + 4 + index)));
  for (const address of all) await run("ip", ["-n", namespace, "address", "replace", `${address}/32`, "dev", "eth0"]);
  const attacker = all.pop() ?? "";
  return { visitors: all, attacker };
}
