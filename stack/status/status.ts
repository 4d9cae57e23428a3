import { alarmsOf } from "./alarms";
import type { CloudView } from "./cloudView";
import type { Remark, WantedRelease } from "./facts";
import type { Answer } from "./machines";
import { noticesOf } from "./notices";
import type { MonitorStatus, FloatingIpStatus, InstanceStatus, MachineStatus, StackStatus } from "./stackStatus";

/** The stack by its state. */
export interface KnownStack {
  readonly stack: string;
  readonly url: string | null;
  readonly machines: readonly { readonly name: string; readonly roles: readonly string[] }[];
  readonly floatingIps: readonly string[];
  /** The release that the settings name, where somebody looked. */
  readonly wanted?: WantedRelease;
}

/** Combines the state and all answers to a status. */
export function makeStatus(
  known: KnownStack,
  answers: ReadonlyMap<string, Answer>,
  cloud: CloudView | { readonly unknown: string },
  now = new Date(),
  monitor: MonitorStatus | null = null,
): StackStatus {
  const { stack, url } = known;
  const view = "unknown" in cloud ? undefined : cloud;
  const machines = known.machines.map(({ name, roles }): MachineStatus => {
    const answer = answers.get(name) ?? { unreachable: "it has never been configured" };
    return {
      name,
      roles,
      cloud: view?.servers[`${stack}-${name}`] ?? null,
      unreachable: "unreachable" in answer ? answer.unreachable : null,
      probe: "probe" in answer ? answer.probe : null,
    };
  });
  const masters = machines.filter(({ probe }) => probe?.keeper?.master).map(({ name }) => name);
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
    monitor,
    cloudUnknown: "unknown" in cloud ? cloud.unknown : null,
  };
  const [alarms, notices] = [alarmsOf(facts, known.wanted), noticesOf(facts)];
  // One line each, so that a mail or a search for `!` has all of it; what programs said may have many.
  const texts = (remarks: readonly Remark[]) =>
    remarks.map(({ text }) =>
      text
        .trim()
        .split(/\s*\n\s*/)
        .join("; "),
    );
  const remarkable = [...new Set([...alarms, ...notices].flatMap((remark) => remark.machines))];
  return { ...facts, alarms: texts(alarms), notices: texts(notices), remarkable };
}

/** Every instance that a machine or a load balancer names. */
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
