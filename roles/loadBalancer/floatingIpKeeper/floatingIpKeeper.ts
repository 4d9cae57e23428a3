import { ports } from "../../../blueprint/ports";
import { programFolder } from "../../programFolder";
import { sandbox } from "../../sandbox";
import type { RoleConfiguration } from "../../types";
import { vrrpFolder, vrrpMarker, vrrpPaths } from "../keepalived.conf";
import { unitFile } from "../../unitFile";

/** Where the floating IP keeper is on its machine. */
export const keeperPaths = {
  folder: "/usr/local/lib/holdfast/floating-ip-keeper",
  configuration: "/etc/holdfast/floating-ip-keeper.json",
  /** The pair's own API token: as wide as the environment's project, so root's alone. */
  token: "/etc/holdfast/floating-ip-keeper.token",
  unit: "/etc/systemd/system/holdfast-floating-ip-keeper.service",
} as const;

/** systemd's name of the floating IP keeper. */
export const keeperUnit = "holdfast-floating-ip-keeper.service";

/** What the keeper of one load balancer has to know. */
export interface KeeperSettings {
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

/** Its configuration file. The ids in it are known only after creation, so this is called with values, not at plan time. */
export function keeperConfiguration(settings: KeeperSettings): string {
  const { privateAddress, peers, instances, health } = settings;
  const pair = {
    fifo: vrrpPaths.fifo,
    marker: vrrpMarker,
    trackFile: vrrpPaths.trackFile,
    peers: peers.map((peer) => `http://${peer}:${ports.floatingIpKeeper}/state`),
    instances: instances.map(({ address, port }) => `http://${address}:${port}${health}`),
    haproxyPidFile: "/run/haproxy.pid",
    haproxyProbe: `http://127.0.0.1:${ports.status}/ready`,
    maintenanceFile: vrrpPaths.maintenance,
    handOverFile: vrrpPaths.handOver,
  };
  const configuration = {
    endpoint: settings.endpoint,
    tokenFile: keeperPaths.token,
    serverId: settings.serverId,
    floatingIps: settings.floatingIps,
    listen: `${privateAddress}:${ports.floatingIpKeeper}`,
    pair: peers.length > 0 ? pair : null,
  };
  return `${JSON.stringify(configuration, undefined, 2)}\n`;
}

/**
 * The keeper, on every load balancer that has a floating IP. Its configuration and its token come from the caller,
 * because their content is known only after creation: `keeperConfiguration()` at `keeperPaths`.
 */
export function floatingIpKeeper(privateAddress: string): RoleConfiguration {
  const files = { ...programFolder(__dirname, keeperPaths.folder), [keeperPaths.unit]: { content: keeperUnitFile() } };
  return {
    packages: ["curl", "python3"],
    files,
    units: [
      {
        name: keeperUnit,
        restartOn: [...Object.keys(files), keeperPaths.configuration, keeperPaths.token],
        healthy: `curl -fsS -o /dev/null --max-time 2 http://${privateAddress}:${ports.floatingIpKeeper}/state`,
      },
    ],
  };
}

/** Root without any capability. It may write one folder and use the network. */
function keeperUnitFile(): string {
  return unitFile({
    Unit: [
      "Description=Keeps the floating IPs on this load balancer while it is master",
      "Wants=network-online.target",
      "After=network-online.target",
      "# The FIFO has to be there before keepalived looks for it.",
      "Before=keepalived.service",
      "StartLimitIntervalSec=0",
    ],
    Service: [
      "Type=notify",
      `ExecStart=/usr/bin/python3 ${keeperPaths.folder}/keeper.py ${keeperPaths.configuration}`,
      "Restart=always",
      "RestartSec=200ms",
      "WatchdogSec=10",
      "# Kept over restarts: keepalived holds the FIFO in it open.",
      `RuntimeDirectory=${vrrpFolder}`,
      "RuntimeDirectoryMode=0700",
      "RuntimeDirectoryPreserve=yes",
      "Nice=-10",
      "OOMScoreAdjust=-900",
      "MemoryMax=128M",
      "SyslogIdentifier=floating-ip-keeper",
      "CapabilityBoundingSet=",
      ...sandbox,
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
      "MemoryDenyWriteExecute=yes",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}
