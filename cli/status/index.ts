import { Command, InvalidArgumentError } from "commander";
import type { Target } from "../../blueprint/target";
import { messageOf } from "../../lib/errors";
import { requireToken } from "../../stack/cloud/api";
import { stackOption } from "../options";
import { findDaemon } from "../../stack/local/client";
import { localCloudOf } from "../../stack/localCloud";
import { routesOf } from "../../stack/ssh/config";
import { keyFile } from "../../stack/ssh/identities";
import { Project, stackState } from "../../stack/pulumi/project";
import type { StackState } from "../../stack/state";
import { coloursFor } from "../../lib/terminal/colour";
import { askCloud } from "../../stack/status/cloudView";
import { readMonitor } from "../../stack/monitor/status";
import { askMachines } from "../../stack/status/machines";
import type { StackStatus } from "../../stack/status/stackStatus";
import type { Probe } from "../../stack/status/probe";
import { readRequestedRelease } from "../rollback/requested";
import { type KnownStack, makeStatus } from "../../stack/status/status";
import { screen, statusText } from "./text";

/** Seconds for the answer of each machine and of the API, so that the screen appears within two. */
export const answerLimit = 1.5;
/** Additional seconds for each machine above `screen`: one processor asks all at the same time. */
const more = 0.02;

/** Exit code when there is an alarm. */
const ALARM = 1;

/** `holdfast status`: shows the state of a stack on one screen. */
export function statusCommand(): Command {
  return new Command("status")
    .description("show the state of a stack: machines, instances, floating IP, release, disks, and what needs a person")
    .addOption(stackOption())
    .option("--json", "for programs")
    .option(
      "--timeout <seconds>",
      "seconds to wait for each machine and for the API; more for a slow connection",
      seconds,
      answerLimit,
    )
    .addHelpText("after", `\nExit code: 0 when there is no alarm, ${ALARM} when there is one.`)
    .action(async (options: { stack: string; json?: boolean; timeout: number }) => {
      const status = await readStatus(options.stack, options.timeout);
      console.log(options.json ? JSON.stringify(status, undefined, 2) : statusText(status, coloursFor()));
      if (status.alarms.length > 0) process.exitCode = ALARM;
    });
}

/**
 * Asks all machines and the API at the same time.
 *
 * @param timeout seconds for each of them
 * @throws when the stack has no state
 */
export async function readStatus(stack: string, timeout: number): Promise<StackStatus> {
  const [state, target] = await stateAndTarget(stack);
  return askStack(stack, state, target, timeout);
}

/** As `readStatus`, with a state and a cloud that the caller has already. */
export async function askStack(
  stack: string,
  state: StackState,
  target: Target,
  timeout: number,
): Promise<StackStatus> {
  const routes = routesOf(state);
  const [answers, cloud, monitor] = await Promise.all([
    askMachines(routes, { limit: timeout + more * Math.max(0, routes.length - screen), keyFile: keyFile(stack) }),
    askCloudOrSayWhyNot(stack, target, timeout),
    readMonitor(stack, state, timeout),
  ]);
  const failed = [...answers.values()].some((one) => "probe" in one && isFailed(one.probe));
  const wanted = failed ? await wantedRelease(stack) : undefined;
  return makeStatus({ ...knownFrom(stack, state), ...(wanted && { wanted }) }, answers, cloud, new Date(), monitor);
}

/** What the state says: machines in the order of the blueprint, and the floating IPs. */
export function knownFrom(stack: string, { outputs, resources }: StackState): KnownStack {
  const planned = Object.entries((outputs.machines ?? {}) as Record<string, { roles: string[] }>).map(
    ([name, { roles }]) => ({ name, roles }),
  );
  // An update writes its outputs even when it fails before it has deleted what they no longer name.
  const left = serversOf(resources).filter(({ name }) => planned.every((machine) => machine.name !== name));
  return {
    stack,
    url: typeof outputs.url === "string" ? outputs.url : null,
    machines: [...planned, ...left],
    floatingIps: resources
      .filter(({ type }) => type === "hcloud:index/floatingIp:FloatingIp")
      .map(({ outputs: ip }) => String(ip?.ipAddress)),
  };
}

const isFailed = ({ lastRollout }: Probe) => !!lastRollout && lastRollout.result !== "applied";

/** What the settings name; undefined where they cannot be read here, and the failed roll-out stays an alarm. */
async function wantedRelease(stack: string): Promise<KnownStack["wanted"]> {
  try {
    return (await readRequestedRelease(stack)).release;
  } catch {
    return undefined;
  }
}

/** Servers say by their labels which machine they are (blueprint/blueprint.ts). */
function serversOf(resources: StackState["resources"]): KnownStack["machines"] {
  return resources
    .filter(({ type }) => type === "hcloud:index/server:Server")
    .flatMap(({ outputs }) => {
      const { machine, role } = (outputs?.labels ?? {}) as Partial<Record<string, string>>;
      return machine === undefined ? [] : [{ name: machine, roles: role?.split("_") ?? [] }];
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 600)) throw new InvalidArgumentError("has to be a number of seconds, at most 600");
  return value;
}

async function askCloudOrSayWhyNot(stack: string, target: Target, timeout: number) {
  try {
    return await askCloud(stack, requireToken(target), timeout);
  } catch (error) {
    return { unknown: messageOf(error) };
  }
}

/** The stack's state and its cloud: from files for a local one, through `pulumi` for others. */
async function stateAndTarget(stack: string): Promise<[StackState, Target]> {
  const local = localCloudOf(stack);
  if (!local) {
    const project = await Project.open(stack);
    return Promise.all([stackState(stack), project.target()]);
  }
  const daemon = await findDaemon(local.name);
  return [await stackState(stack), { endpoint: daemon?.endpoint ?? "", token: daemon?.token }];
}
