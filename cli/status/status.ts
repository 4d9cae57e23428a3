import { alarmsOf } from "./alarms";
import type { CloudView } from "./cloudView";
import type { Answer } from "./machines";
import { noticesOf } from "./notices";
import type { Probe, ProbedInstance } from "./probe";

/** Everything that `holdfast status` knows about a running stack: what was asked, put together, and judged. */
export interface StackStatus {
  readonly stack: string;
  readonly url: string | null;
  /** ISO 8601, when it was asked. */
  readonly date: string;
  readonly machines: readonly MachineStatus[];
  readonly instances: readonly InstanceStatus[];
  readonly floatingIps: readonly FloatingIpStatus[];
  /** Why the API's view is not in here; null when it is. */
  readonly cloudUnknown: string | null;
  /** What a person has to look at now. */
  readonly alarms: readonly string[];
  /** What is worth knowing, and no reason to get up. */
  readonly notices: readonly string[];
}

export interface MachineStatus {
  readonly name: string;
  readonly roles: readonly string[];
  /** The API's word; null where it was not asked or does not know the machine. */
  readonly cloud: string | null;
  /** Why the machine said nothing; null when it did. */
  readonly unreachable: string | null;
  /** What it said; null when it said nothing. */
  readonly probe: Probe | null;
}

export interface InstanceStatus {
  /** e.g. `app-1-2` */
  readonly name: string;
  readonly machine: string;
  /** systemd's word on its machine; null when that said nothing. */
  readonly unit: string | null;
  /** Who keeps visitors away from it; empty: nobody. */
  readonly holds: ProbedInstance["holds"];
  /** Load balancer → HAProxy's word, e.g. `UP`. */
  readonly seen: Readonly<Record<string, string>>;
}

export interface FloatingIpStatus {
  readonly address: string;
  /** Machine that the API routes it to; null: to none. Undefined: the API was not asked. */
  readonly cloud?: string | null;
  /** Machines that hold themselves for its holder. */
  readonly masters: readonly string[];
}

/** What the stack's own state says about it. */
export interface KnownStack {
  readonly stack: string;
  readonly url: string | null;
  readonly machines: readonly { readonly name: string; readonly roles: readonly string[] }[];
  readonly floatingIps: readonly string[];
}

/** Puts the answers together. Pure: what is asked of whom stands in `index.ts`. */
export function makeStatus(
  known: KnownStack,
  answers: ReadonlyMap<string, Answer>,
  cloud: CloudView | { readonly unknown: string },
  now = new Date(),
): StackStatus {
  const { stack, url } = known;
  const view = "unknown" in cloud ? undefined : cloud;
  const machines = known.machines.map(({ name, roles }): MachineStatus => {
    const answer = answers.get(name) ?? { unreachable: "it was never configured" };
    return {
      name,
      roles,
      cloud: view?.servers[`${stack}-${name}`] ?? null,
      unreachable: "unreachable" in answer ? answer.unreachable : null,
      probe: "probe" in answer ? answer.probe : null,
    };
  });
  const masters = machines.filter(({ probe }) => probe?.claimer?.master).map(({ name }) => name);
  const holder = (address: string): Pick<FloatingIpStatus, "cloud"> => {
    const server = view?.floatingIps.find((ip) => ip.address === address)?.server;
    return view ? { cloud: server?.replace(`${stack}-`, "") ?? null } : {};
  };
  const facts = {
    stack,
    url,
    date: now.toISOString(),
    machines,
    instances: instancesOf(machines),
    floatingIps: known.floatingIps.map((address) => ({ address, ...holder(address), masters })),
    cloudUnknown: "unknown" in cloud ? cloud.unknown : null,
  };
  return { ...facts, alarms: alarmsOf(facts), notices: noticesOf(facts) };
}

/** Every instance that a machine or a load balancer speaks of. */
function instancesOf(machines: readonly MachineStatus[]): InstanceStatus[] {
  const own = machines.flatMap(({ name: machine, probe }) =>
    (probe?.instances ?? []).map(({ number, unit, holds }) => ({
      name: `${machine}-${number}`,
      machine,
      unit,
      holds,
    })),
  );
  const known = new Set(own.map(({ name }) => name));
  const seenOnly = machines
    .flatMap(({ probe }) => (probe?.haproxy ?? []).map(({ name }) => name))
    .filter((name) => !known.has(name));
  const silent = [...new Set(seenOnly)].map((name) => ({
    name,
    machine: name.replace(/-\d+$/, ""),
    unit: null,
    holds: [],
  }));
  return [...own, ...silent].map((instance) => ({ ...instance, seen: seenBy(machines, instance.name) }));
}

function seenBy(machines: readonly MachineStatus[], instance: string): Record<string, string> {
  return Object.fromEntries(
    machines.flatMap(({ name, probe }) => {
      const server = probe?.haproxy?.find((one) => one.name === instance);
      return server ? [[name, server.status]] : [];
    }),
  );
}

/** Whether each load balancer that was heard sends visitors to it. */
export function inRotation({ seen }: InstanceStatus): boolean {
  const words = Object.values(seen);
  return words.length > 0 && words.every((word) => word.startsWith("UP"));
}
