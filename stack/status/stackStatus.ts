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
  /** Names of the machines that an alarm or a notice is about. */
  readonly remarkable: readonly string[];
}

/** One machine: what the API says of it, and what it says itself. */
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

/** One process of the app, as its machine and the load balancers see it. */
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

/** Who has the floating IP: the API's word and the machines'. */
export interface FloatingIpStatus {
  readonly address: string;
  /** Machine that the API routes it to; null: to none. Undefined: the API was not asked. */
  readonly cloud?: string | null;
  /** Machines that hold themselves for its holder. */
  readonly masters: readonly string[];
}

/** Whether each load balancer that answered sends visitors to it. */
export function inRotation({ seen }: InstanceStatus): boolean {
  const words = Object.values(seen);
  return words.length > 0 && words.every((word) => word.startsWith("UP"));
}

/** What systemd and the load balancers say of an instance that is not in rotation; empty when none of them answered. */
export function viewsOf({ unit, seen }: InstanceStatus): string {
  const views = Object.entries(seen).map(([balancer, word]) => `${balancer} says ${word}`);
  const own = unit === null || unit === "active" ? [] : [`systemd says ${unit}`];
  return [...own, ...views].join(", ");
}
