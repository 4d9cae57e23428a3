import type { Cloud } from "./cloud";
import { firstIpv6 } from "./machineSpec";
import type { Labels } from "./labels";
import type { ServerRow, ServerStatus } from "./rows";
import type { StorageBoxRow } from "./storageBoxes/rows";
import { hostNameOf } from "./storageBoxes/spec";

/** One machine, as `GET /_local/status` shows it. */
export interface MachineStatus {
  readonly id: number;
  readonly name: string;
  readonly labels: Labels;
  readonly status: ServerStatus;
  readonly addresses: {
    readonly ipv4: string | null;
    readonly ipv6: string | null;
    readonly private: readonly string[];
  };
  readonly running: boolean;
  /** Host pid of its init; `null` while it does not run. */
  readonly initPid: number | null;
}

/** One Storage Box, behind which there is a machine of its own. */
export interface StorageBoxStatus {
  readonly id: number;
  readonly name: string;
  readonly status: StorageBoxRow["status"];
  readonly username: string;
  /** The name under which machines find it. */
  readonly host: string;
  readonly addresses: { readonly ipv4: string; readonly ipv6: string };
  readonly idleTimeout: number;
  readonly running: boolean;
  readonly initPid: number | null;
}

/** What `holdfast local status` shows: the API's word beside what really runs. */
export interface CloudStatus {
  readonly machines: readonly MachineStatus[];
  readonly storageBoxes: readonly StorageBoxStatus[];
  readonly floatingIps: readonly {
    readonly id: number;
    readonly name: string;
    readonly ip: string;
    readonly server: { readonly id: number; readonly name: string } | null;
  }[];
}

/** Asks the driver about every machine. */
export async function cloudStatus(cloud: Cloud): Promise<CloudStatus> {
  const { store } = cloud;
  return {
    machines: await Promise.all(store.all("servers").map((server) => machineStatus(cloud, server))),
    floatingIps: store.all("floating_ips").map((ip) => {
      const server = ip.server === null ? undefined : store.get("servers", ip.server);
      return { id: ip.id, name: ip.name, ip: ip.ip, server: server ? { id: server.id, name: server.name } : null };
    }),
    storageBoxes: await Promise.all(store.all("storage_boxes").map((box) => storageBoxStatus(cloud, box))),
  };
}

async function storageBoxStatus(cloud: Cloud, box: StorageBoxRow): Promise<StorageBoxStatus> {
  const { running, initPid = null } = await cloud.provisioner.inspect(box.id);
  const { id, name, status, username, idleTimeout } = box;
  const addresses = { ipv4: box.ipv4, ipv6: firstIpv6(box.ipv6) };
  return { id, name, status, username, host: hostNameOf(username), addresses, idleTimeout, running, initPid };
}

async function machineStatus(cloud: Cloud, server: ServerRow): Promise<MachineStatus> {
  const state = await cloud.provisioner.inspect(server.id);
  const ips = cloud.store.find("primary_ips", "server", server.id);
  const ipv6 = ips.find((ip) => ip.type === "ipv6");
  return {
    id: server.id,
    name: server.name,
    labels: server.labels,
    status: server.status,
    addresses: {
      ipv4: ips.find((ip) => ip.type === "ipv4")?.ip ?? null,
      ipv6: ipv6 === undefined ? null : firstIpv6(ipv6.ip),
      private: server.privateNets.map((net) => net.ip),
    },
    running: state.running,
    initPid: state.initPid ?? null,
  };
}
