import type { Cloud } from "./cloud";
import { firstIpv6 } from "./machineSpec";
import type { Labels, ServerRow, ServerStatus } from "./rows";

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

export interface CloudStatus {
  readonly machines: readonly MachineStatus[];
  readonly floatingIps: readonly {
    readonly id: number;
    readonly name: string;
    readonly ip: string;
    readonly server: { readonly id: number; readonly name: string } | null;
  }[];
}

export async function cloudStatus(cloud: Cloud): Promise<CloudStatus> {
  const { store } = cloud;
  return {
    machines: await Promise.all(store.all("servers").map((server) => machineStatus(cloud, server))),
    floatingIps: store.all("floating_ips").map((ip) => {
      const server = ip.server === null ? undefined : store.get("servers", ip.server);
      return { id: ip.id, name: ip.name, ip: ip.ip, server: server ? { id: server.id, name: server.name } : null };
    }),
  };
}

async function machineStatus(cloud: Cloud, server: ServerRow): Promise<MachineStatus> {
  const state = await cloud.machines.inspect(server.id);
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
