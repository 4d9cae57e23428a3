import { basename } from "node:path";
import { ports } from "../../../blueprint/ports";
import type { HealthQuestion } from "../../health";
import { libraries, programFolder } from "../../programFolder";
import { confined } from "../../sandbox";
import { serviceUser } from "../../serviceUser";
import { heading, lines } from "../../text";
import type { RoleConfiguration } from "../../types";
import { vrrpMarker, vrrpPaths } from "../keepalived.conf";
import { unitFile } from "../../unitFile";

/** Where the floating IP keeper is on its machine. */
export const keeperPaths = {
  folder: "/usr/local/lib/holdfast/floating-ip-keeper",
  configuration: "/etc/holdfast/floating-ip-keeper.json",
  /** The pair's own API token: as wide as the environment's project, so root's alone. systemd hands it to the keeper. */
  token: "/etc/holdfast/floating-ip-keeper.token",
  unit: "/etc/systemd/system/holdfast-floating-ip-keeper.service",
  userUnit: "/etc/systemd/system/holdfast-floating-ip-keeper-user.service",
  /** What it shares with keepalived. */
  shared: "/etc/tmpfiles.d/holdfast-floating-ip-keeper.conf",
} as const;

/** The keeper's user. */
export const keeperUser = { name: "holdfast-keeper", id: 471, title: "Floating IP keeper" } as const;

/** systemd's name of the unit that makes the user. */
const userUnit = basename(keeperPaths.userUnit);

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
  readonly instances: readonly { readonly name: string; readonly address: string; readonly port: number }[];
  readonly health: HealthQuestion;
}

/** Its configuration file. The ids in it are known only after creation, so this is called with values, not at plan time. */
export function keeperConfiguration(settings: KeeperSettings): string {
  const { privateAddress, peers, instances, health } = settings;
  const pair = {
    fifo: vrrpPaths.fifo,
    marker: vrrpMarker,
    trackFile: vrrpPaths.trackFile,
    peers: peers.map((peer) => `http://${peer}:${ports.floatingIpKeeper}/state`),
    instances: instances.map(({ name, address, port }) => ({ name, address, port })),
    health,
    haproxyPidFile: "/run/haproxy.pid",
    haproxyProbe: `http://127.0.0.1:${ports.status}/ready`,
    maintenanceFile: vrrpPaths.maintenance,
    handOverFile: vrrpPaths.handOver,
  };
  const configuration = {
    endpoint: settings.endpoint,
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
  const user = serviceUser(keeperUser, keeperPaths.userUnit);
  const files = {
    ...programFolder(__dirname, keeperPaths.folder, [libraries.healthcheck, libraries.statelistener]),
    [keeperPaths.shared]: { content: sharedWithKeepalived() },
    [keeperPaths.unit]: { content: keeperUnitFile() },
  };
  return {
    packages: ["curl", "python3"],
    files: { ...user.files, ...files },
    units: [
      ...user.units,
      {
        name: keeperUnit,
        restartOn: [...Object.keys(files), keeperPaths.configuration, keeperPaths.token],
        healthy: `curl -fsS -o /dev/null --max-time 2 http://${privateAddress}:${ports.floatingIpKeeper}/state`,
      },
    ],
  };
}

/**
 * The folder is root's, so that keepalived and `holdfast-failover`, which are root, never write where the keeper could lay
 * a link. The keeper reads what they say, and writes its verdict.
 */
function sharedWithKeepalived(): string {
  const { name } = keeperUser;
  return lines(
    heading(),
    // New files get the folder's group.
    `d ${vrrpPaths.folder} 2750 root ${name}`,
    `p ${vrrpPaths.fifo} 0640 root ${name}`,
    // Unfit until the keeper has judged. Root's too: a keeper of an older version, to which an apply may go back, is root.
    `f ${vrrpPaths.trackFile} 0664 root ${name} - 1`,
    // Whoever can open it can lock it, and so keep the machine out of the election.
    `f ${vrrpPaths.handOver} 0640 root ${name}`,
  );
}

/** It has a user of its own, writes one file and uses the network. */
function keeperUnitFile(): string {
  return unitFile({
    Unit: [
      "Description=Keeps the floating IPs on this load balancer while it is master",
      "Wants=network-online.target",
      "After=network-online.target",
      "# The FIFO has to be there before keepalived looks for it.",
      "Before=keepalived.service",
      `Requires=${userUnit}`,
      `After=${userUnit}`,
      "StartLimitIntervalSec=0",
    ],
    Service: [
      "Type=notify",
      `User=${keeperUser.name}`,
      "# Files that only root can read, and copies of them for this service.",
      `LoadCredential=configuration:${keeperPaths.configuration}`,
      `LoadCredential=token:${keeperPaths.token}`,
      "# By root, and also after somebody removed a part of it: keepalived holds the FIFO open.",
      `ExecStartPre=+/usr/bin/systemd-tmpfiles --create ${keeperPaths.shared}`,
      `ExecStart=/usr/bin/python3 ${keeperPaths.folder}/keeper.py %d/configuration %d/token`,
      "Restart=always",
      "RestartSec=200ms",
      "WatchdogSec=10",
      "Nice=-10",
      "OOMScoreAdjust=-900",
      "MemoryMax=128M",
      "SyslogIdentifier=floating-ip-keeper",
      // With `-`: systemd sees to it before the line above has made the folder, too.
      ...confined({ families: ["AF_INET", "AF_INET6"], writes: [`-${vrrpPaths.folder}`] }),
      "MemoryDenyWriteExecute=yes",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}
