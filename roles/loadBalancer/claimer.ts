import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ports } from "../../blueprint/ports";
import type { RoleFile } from "../types";
import { claimerUnit } from "./claimer.service";
import { vrrpMarker, vrrpPaths } from "./keepalived.conf";

/** Where the claimer is on its machine. */
export const claimerPaths = {
  folder: "/usr/local/lib/holdfast/claimer",
  configuration: "/etc/holdfast/claimer.json",
  /** The pair's own API token: as wide as the environment's project, so root's alone. */
  token: "/etc/holdfast/claimer.token",
  unit: "/etc/systemd/system/holdfast-claimer.service",
} as const;

const modules = [
  "claimer.py",
  "claim.py",
  "configuration.py",
  "duty.py",
  "fitness.py",
  "hetzner.py",
  "journal.py",
  "peers.py",
  "vrrp.py",
] as const;

/** What the claimer of one load balancer is told. */
export interface ClaimerSettings {
  /** The API's base URL as the machine reaches it. */
  readonly endpoint: string;
  readonly serverId: number;
  readonly floatingIps: readonly { readonly id: number; readonly address: string }[];
  readonly privateAddress: string;
  /** Private addresses of the other load balancers; none: this one is always master. */
  readonly peers: readonly string[];
  readonly instances: readonly { readonly address: string; readonly port: number }[];
  /** The instances' health path. */
  readonly health: string;
}

/** claimer.json; the ids in it are known only after creation, so this is called with values, not at plan time. */
export function claimerConfiguration(settings: ClaimerSettings): string {
  const { privateAddress, peers, instances, health } = settings;
  const pair = {
    fifo: vrrpPaths.fifo,
    marker: vrrpMarker,
    trackFile: vrrpPaths.trackFile,
    peers: peers.map((peer) => `http://${peer}:${ports.claimer}/state`),
    instances: instances.map(({ address, port }) => `http://${address}:${port}${health}`),
    haproxyPidFile: "/run/haproxy.pid",
    haproxyProbe: `http://127.0.0.1:${ports.status}/ready`,
    maintenanceFile: vrrpPaths.maintenance,
    handOverFile: vrrpPaths.handOver,
  };
  const configuration = {
    endpoint: settings.endpoint,
    tokenFile: claimerPaths.token,
    serverId: settings.serverId,
    floatingIps: settings.floatingIps,
    listen: `${privateAddress}:${ports.claimer}`,
    pair: peers.length > 0 ? pair : null,
  };
  return `${JSON.stringify(configuration, undefined, 2)}\n`;
}

/** The claimer's code and unit: the same on every machine. Its configuration and token come beside them. */
export function claimerFiles(): Record<string, RoleFile> {
  return {
    ...Object.fromEntries(
      modules.map((name) => [
        `${claimerPaths.folder}/${name}`,
        { content: readFileSync(join(__dirname, "claimer", name), "utf8") },
      ]),
    ),
    [claimerPaths.unit]: { content: claimerUnit(claimerPaths) },
  };
}
