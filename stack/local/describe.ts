import type { CloudStatus, MachineStatus } from "../../local/api/service/status";

/** A machine as `local status --json` shows it. */
export interface MachineDescription {
  readonly name: string;
  readonly id: number;
  readonly roles: readonly string[];
  readonly privateAddress: string | null;
  readonly publicIpv4: string | null;
  readonly publicIpv6: string | null;
  readonly state: string;
  readonly initPid: number | null;
}

/** What a person wants to know about a machine; its roles are kept in a label, joined by underscores. */
export function describeMachine(machine: MachineStatus): MachineDescription {
  return {
    name: machine.name,
    id: machine.id,
    roles: (machine.labels.role ?? "").split("_").filter((role) => role !== ""),
    privateAddress: machine.addresses.private[0] ?? null,
    publicIpv4: machine.addresses.ipv4,
    publicIpv6: machine.addresses.ipv6,
    // The API's word, unless what it believes and what runs differ.
    state: machine.status === "running" && !machine.running ? "died" : machine.status,
    initPid: machine.initPid,
  };
}

/**
 * Where visitors find the app when no stack output says so: the stack's floating IP, else the load balancer, else the
 * only machine.
 */
export function guessUrl(status: CloudStatus): string | null {
  const machines = status.machines.map(describeMachine);
  const address =
    status.floatingIps.find(({ ip }) => ip.includes("."))?.ip ??
    machines.find((machine) => machine.roles.includes("loadBalancer"))?.publicIpv4 ??
    machines.find((machine) => machine.publicIpv4)?.publicIpv4;
  return address ? `http://${address}` : null;
}
