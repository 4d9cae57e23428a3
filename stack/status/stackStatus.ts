import type { Probe, ProbedInstance } from "./probe";

/** All that `holdfast status` knows about a running stack. */
export interface StackStatus {
  readonly stack: string;
  readonly url: string | null;
  /** ISO 8601, the time of the questions. */
  readonly date: string;
  readonly machines: readonly MachineStatus[];
  readonly instances: readonly InstanceStatus[];
  readonly floatingIps: readonly FloatingIpStatus[];
  /** Who watches the stack; null: nobody. */
  readonly monitor: MonitorStatus | null;
  /** Why the API gave no answer; null if it did. */
  readonly cloudUnknown: string | null;
  /** What a person has to look at now. */
  readonly alarms: readonly string[];
  /** What is worth knowing, and no reason to get up. */
  readonly notices: readonly string[];
  /** Names of the machines that an alarm or a notice is about. */
  readonly remarkable: readonly string[];
}

/** The monitor, by its own answer. */
export interface MonitorStatus {
  readonly machine: string;
  /** Why it gave no answer; null if it did. */
  readonly unreachable: string | null;
  /** Seconds since the service outside took a heartbeat; null: it takes none. Absent: the settings name none. */
  readonly heartbeat?: number | null;
  /** What the monitor says is wrong, e.g. `DiskFills: …`. */
  readonly open: readonly string[];
}

/** One machine, by the API and by its own answer. */
export interface MachineStatus {
  readonly name: string;
  readonly roles: readonly string[];
  /** The API's state of the server; null if it was not asked or does not know the machine. */
  readonly cloud: string | null;
  /** Why the machine gave no answer; null if it did. */
  readonly unreachable: string | null;
  /** Its answer; null if it gave none. */
  readonly probe: Probe | null;
}

/** One instance, by its machine and the load balancers. */
export interface InstanceStatus {
  /** e.g. `app-1-2` */
  readonly name: string;
  readonly machine: string;
  /** State by systemd; null if its machine gave no answer. */
  readonly unit: string | null;
  /** Who keeps it out of rotation; empty: no person or program. */
  readonly holds: ProbedInstance["holds"];
  /** Load balancer → HAProxy's word, e.g. `UP`. */
  readonly seen: Readonly<Record<string, string>>;
}

/** Who has the floating IP, by the API and by the machines. */
export interface FloatingIpStatus {
  readonly address: string;
  /** Machine that the API assigns it to; null: none. Undefined: the API was not asked. */
  readonly cloud?: string | null;
  /** Load balancers that are master by their own answers. */
  readonly masters: readonly string[];
}

/** Whether every load balancer that answered sends visitors to it. */
export function inRotation({ seen }: InstanceStatus): boolean {
  const words = Object.values(seen);
  return words.length > 0 && words.every((word) => word.startsWith("UP"));
}

/** What systemd and the load balancers say of an instance out of rotation; empty if none answered. */
export function viewsOf({ unit, seen }: InstanceStatus): string {
  const views = Object.entries(seen).map(([balancer, word]) => `${balancer} says ${word}`);
  const own = unit === null || unit === "active" ? [] : [`systemd says ${unit}`];
  return [...own, ...views].join(", ");
}
