import type { CloudStatus } from "../../local/api/service/status";
import type { EnvironmentVariable } from "../../lib/environmentVariables";
import type { LoadOptions } from "../load/load";
import type { LoadResult } from "../load/outcomes";
import type { SlowRequests, SlowRequestsResult } from "../load/slowRequests";
import type { StreamOptions, StreamsResult } from "../load/streams";
import type { WriterOptions, WriterResult } from "../load/writers";

/** A machine of the stack under test. */
export interface StackMachine {
  readonly id: number;
  readonly name: string;
  readonly roles: readonly string[];
  readonly privateAddress: string;
  /** Undefined for a machine that only others of the stack reach. */
  readonly publicIpv6: string | undefined;
  readonly running: boolean;
  /** Its init as this computer sees it; undefined while it does not run. */
  readonly initPid: number | undefined;
}

/** One process of the app. */
export interface StackInstance {
  readonly machine: StackMachine;
  /** e.g. `app@1.service` */
  readonly unit: string;
}

/** What drills of releases did to a stack. */
export interface DrillReleases {
  /** How many they have built, so that each has a version of its own. */
  built: number;
  /** What the stack runs, as far as they brought it there; undefined: the app of its own settings. */
  running?: { readonly version: string; readonly exit: "at once" | "tell" };
}

/** How long the local cloud's API takes, as it was set during the runs. */
export interface ApiDelays {
  /** Seconds that the assignment of a floating IP took, the factor included. */
  readonly assignFloatingIp: number;
  /** What multiplies all delays of the local cloud. */
  readonly factor: number;
}

/** The running stack as drills see it: look, run something inside, send visitors, call the API. */
export interface Stack {
  /** Where results come from, as docs/measured.md says it. */
  readonly environment: "local cloud";
  readonly name: string;
  readonly url: string;
  /** Drills of releases alone write it. */
  readonly releases: DrillReleases;
  machines(): Promise<readonly StackMachine[]>;
  status(): Promise<CloudStatus>;
  /** Runs a shell command as root inside a machine; rejects when it fails. */
  inside(machine: StackMachine, command: string): Promise<string>;
  /** Runs a command in the machine's network, but from outside: it works while the machine hangs. */
  inNetworkOf(machine: StackMachine, command: readonly string[], input?: string): Promise<string>;
  /**
   * A load from the visitors' side, from many sources, as the limits per source expect.
   *
   * @param signal ends it early
   */
  visit(options: Visit, signal?: AbortSignal): Promise<LoadResult>;
  /** Visitors with open streams, until the signal. */
  streams(options: Omit<StreamOptions, "url" | "sources">, signal: AbortSignal): Promise<StreamsResult>;
  /** People who write lines, each with an id of its own, until the signal. */
  write(options: Omit<WriterOptions, "url" | "sources" | "signal">, signal: AbortSignal): Promise<WriterResult>;
  /**
   * A load from an attacker's address, apart from visitors' sources. It has a low priority, because floods share this
   * computer with the stack, as they would not on the Internet.
   */
  flood(options: Visit): Promise<LoadResult>;
  /**
   * Connections that never finish asking, from so many attackers.
   *
   * @param to a machine, to its own IPv6 address: each attacker then has a /64 of the same /48. @default the stack's URL,
   * from IPv4 addresses
   */
  slowRequests(
    options: Omit<SlowRequests, "url" | "sources">,
    sources: number,
    to?: StackMachine,
  ): Promise<SlowRequestsResult>;
  /** Runs a program on the visitors' side. */
  fromOutside(command: readonly string[]): Promise<string>;
  /** `pulumi up` of the stack as it stands; whether it changed nothing. */
  upChangesNothing(): Promise<boolean>;
  /** `pulumi up` of the stack. */
  up(options: UpOptions): Promise<UpResult>;
  /**
   * `npx holdfast rollback` of the stack.
   *
   * @param settings what the last `up` was given; the command finds out by itself where to go back to
   */
  rollBack(settings: UpOptions["settings"]): Promise<UpResult>;
  /** How long the API takes. */
  apiDelays(): Promise<ApiDelays>;
  /** Calls the API that runs the machines, or the local cloud's control calls (`/_local/…`). */
  api(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown>;
}

/** A load; without `url` it goes to the stack's own. */
export type Visit = Omit<LoadOptions, "url" | "sources" | "signal"> & { readonly url?: string };

/** How `pulumi up` is run. */
export interface UpOptions {
  /** Section of the settings → what is different in it for this once; the stack's own file stays. @default nothing */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Whether Pulumi refreshes its state first, as after an interrupted update. @default false */
  readonly refresh?: boolean;
  /** Variables that it gets beside those of this process. @default none */
  readonly environment?: Readonly<Partial<Record<EnvironmentVariable, string>>>;
  /** Kills `pulumi` and all that it started, so many seconds after its start. @default never */
  readonly killAfter?: number;
}

/** How `pulumi up` ended. */
export interface UpResult {
  readonly code: number;
  readonly output: string;
  /** Seconds. */
  readonly duration: number;
  readonly killed: boolean;
}

/**
 * Returns the result of a program that has to succeed for a drill to go on.
 *
 * @param failure what it means when it did not, e.g. `the roll-out failed`
 * @throws with the end of the program's output
 */
export function requireSuccess<Result extends { readonly code: number; readonly output: string }>(
  result: Result,
  failure: string,
): Result {
  if (result.code !== 0) throw new Error(`${failure}:\n${result.output.slice(-3000)}`);
  return result;
}

/** A machine's name in the blueprint, e.g. `app-1`; in the cloud it is `<stack>-app-1`. */
export function withoutStack({ name: stack }: Pick<Stack, "name">, { name }: Pick<StackMachine, "name">): string {
  return name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : name;
}

/** Those that run and those that do not. */
export async function machinesWithRole(stack: Stack, role: string): Promise<StackMachine[]> {
  return (await stack.machines()).filter(({ roles }) => roles.includes(role));
}

/** The load balancer that the floating IP is routed to; without a floating IP, the only one. */
export async function activeBalancer(stack: Stack): Promise<StackMachine> {
  const balancers = await machinesWithRole(stack, "loadBalancer");
  const holder = await holderOfFloatingIp(stack);
  const active = holder === undefined ? balancers[0] : balancers.find(({ id }) => id === holder);
  if (!active) throw new Error(`the floating IP is on server ${holder}, which is no load balancer of ${stack.name}`);
  return active;
}

/** The other one of a pair. */
export async function standbyBalancer(stack: Stack): Promise<StackMachine> {
  const active = await activeBalancer(stack);
  const standby = (await machinesWithRole(stack, "loadBalancer")).find(({ id }) => id !== active.id);
  if (!standby) throw new Error(`${stack.name} has one load balancer: nothing stands by`);
  return standby;
}

/** Server id; undefined when there is no floating IP or nobody has it. */
export async function holderOfFloatingIp(stack: Stack): Promise<number | undefined> {
  return (await stack.status()).floatingIps[0]?.server?.id;
}

/** Those that systemd has loaded. @throws when an app machine does not run */
export async function instancesOf(stack: Stack): Promise<StackInstance[]> {
  const instances: StackInstance[] = [];
  for (const machine of await machinesWithRole(stack, "app")) {
    const units = await stack.inside(
      machine,
      "systemctl list-units --plain --no-legend 'app@*.service' | cut -d ' ' -f 1",
    );
    instances.push(
      ...units
        .split("\n")
        .filter(Boolean)
        .map((unit) => ({ machine, unit })),
    );
  }
  return instances;
}

/**
 * What each instance answers on its own machine, without a load balancer in between: head and body, machine by machine.
 * Empty for one that does not answer.
 */
export async function askInstances(stack: Stack, path: string): Promise<string[]> {
  const end = "-- end of the answer --";
  const each = `. "$file"; curl -s -i -m 2 "http://127.0.0.1:$PORT${path}"; printf '\\n${end}\\n'`;
  const ask = `for file in /etc/holdfast/app/[0-9]*.env; do ${each}; done`;
  const texts = await Promise.all((await machinesWithRole(stack, "app")).map((machine) => stack.inside(machine, ask)));
  return texts.flatMap((text) => text.split(`\n${end}\n`).slice(0, -1)).map((answer) => answer.trim());
}

/** For `cannot`: why drills about a pair have nothing to show here. */
export async function needsPair(stack: Stack): Promise<string | undefined> {
  const balancers = await machinesWithRole(stack, "loadBalancer");
  return balancers.length < 2
    ? `${stack.name} has ${balancers.length} load balancer: set loadBalancer.machines to 2`
    : undefined;
}

/** For `cannot`: why drills about losing an app machine have nothing to show here. */
export async function needsTwoAppMachines(stack: Stack): Promise<string | undefined> {
  const machines = await machinesWithRole(stack, "app");
  return machines.length < 2
    ? `${stack.name} has ${machines.length} app machine: set app.machines to 2 or more`
    : undefined;
}
