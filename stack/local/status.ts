import type { CloudStatus, MachineStatus } from "../../local/api/service/status";
import { localCloudName } from "../../local/paths";
import { readState } from "../state";
import { cloudStatus, findDaemon } from "./client";

/** What runs on a local cloud; `local status --json` prints it. */
export interface Status {
  readonly name: string;
  readonly running: boolean;
  readonly url: string | null;
  readonly endpoint: string | null;
  readonly machines: readonly MachineDescription[];
  readonly floatingIps: readonly { readonly name: string; readonly address: string; readonly machine: string | null }[];
  readonly storageBoxes: readonly StorageBoxDescription[];
}

/** A Storage Box of a local cloud. */
export interface StorageBoxDescription {
  readonly name: string;
  /** Account and host, as SFTP takes them. */
  readonly login: string;
  readonly state: string;
  readonly addresses: readonly string[];
}

/** Asks the local cloud. One that does not run has no machines, though some may be left over. */
export async function readStatus(name = localCloudName()): Promise<Status> {
  const daemon = await findDaemon(name);
  if (!daemon) {
    return { name, running: false, url: null, endpoint: null, machines: [], floatingIps: [], storageBoxes: [] };
  }
  const status = await cloudStatus(daemon);
  const output = readState(name)?.outputs.url;
  return {
    name,
    running: true,
    url: typeof output === "string" ? output : guessUrl(status),
    endpoint: daemon.endpoint,
    machines: status.machines.map(describeMachine),
    floatingIps: status.floatingIps.map((ip) => ({
      name: ip.name,
      address: ip.ip,
      machine: ip.server?.name ?? null,
    })),
    storageBoxes: status.storageBoxes.map((box) => ({
      name: box.name,
      login: `${box.username}@${box.host}`,
      state: box.status === "active" && !box.running ? "died" : box.status,
      addresses: [box.addresses.ipv4, box.addresses.ipv6],
    })),
  };
}

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

/** The description of a machine. Its label `role` has the roles, joined by underscores. */
export function describeMachine(machine: MachineStatus): MachineDescription {
  return {
    name: machine.name,
    id: machine.id,
    roles: (machine.labels.role ?? "").split("_").filter((role) => role !== ""),
    privateAddress: machine.addresses.private[0] ?? null,
    publicIpv4: machine.addresses.ipv4,
    publicIpv6: machine.addresses.ipv6,
    // The API's state; `died` if the machine does not run although the API believes it.
    state: machine.status === "running" && !machine.running ? "died" : machine.status,
    initPid: machine.initPid,
  };
}

/**
 * The URL of the app when no stack output names it: that of the floating IP, else of the load balancer, else of the
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
