import { join } from "node:path";
import { type Blueprint, type MachinePlan, machinesWith } from "../../blueprint/blueprint";
import { ports } from "../../blueprint/ports";
import { combine } from "../combine";
import { certificateKeeper, certificatePaths, prepareCommand } from "./certificateKeeper/certificateKeeper";
import { healthQuestion } from "../health";
import { libraries, programFolder } from "../programFolder";
import { alwaysRestart } from "../restart";
import { heading, lines } from "../text";
import type { RoleConfiguration, RoleContext } from "../types";
import { floatingIps } from "./floatingIps";
import { bodiesPath, bodiesProgram } from "./bodies";
import { haproxyCfg } from "./haproxy.cfg";
import { ends, endsPath } from "./logFormat";
import { headBytes } from "./heads";
import { floatingIpKeeper } from "./floatingIpKeeper/floatingIpKeeper";
import { keepalived } from "./pair";
import { vrrpPaths } from "./keepalived.conf";
import { haproxyRestart } from "./timings";
import { confined } from "../sandbox";
import { unitFile } from "../unitFile";

/** Where HAProxy's files are on a load balancer. */
export const haproxyPaths = {
  cfg: "/etc/haproxy/haproxy.cfg",
  dropIn: "/etc/systemd/system/haproxy.service.d/60-holdfast.conf",
  /** Beside the drop-in, and no reason to restart HAProxy: it holds from the next start on. */
  sandbox: "/etc/systemd/system/haproxy.service.d/62-holdfast-sandbox.conf",
  sysctl: "/etc/sysctl.d/61-holdfast-load-balancer.conf",
  /** Says whether this load balancer can serve, and what it sees of the instances. */
  ready: "/usr/local/lib/holdfast/load-balancer",
} as const;

/**
 * HAProxy in front of all instances. On a machine of its own, the floating IPs and what moves them too: a load balancer
 * that shares its machine with the app has nobody to share an address with.
 */
export function loadBalancer({ blueprint, machine }: RoleContext): RoleConfiguration {
  const { https } = blueprint.settings;
  const withHaproxy = [haproxy(blueprint, machine), ...(https ? [certificateKeeper(https, machine)] : [])];
  if (!machine.floatingIp) return combine(withHaproxy);
  const members = machinesWith(blueprint, "loadBalancer");
  const peers = members.filter(({ name }) => name !== machine.name).map(({ privateAddress }) => privateAddress);
  const { privateAddress } = machine;
  const parts = [
    floatingIps(),
    ...withHaproxy,
    floatingIpKeeper(privateAddress),
    ...(peers.length > 0
      ? [keepalived({ number: members.indexOf(machine) + 1, privateAddress, peers }), mayBeMaster(privateAddress)]
      : []),
  ];
  return combine(parts);
}

const ready = `python3 ${haproxyPaths.ready}/ready.py`;

/** A pair in which nobody may be master serves for as long as nothing happens, and has no failover. */
function mayBeMaster(privateAddress: string): RoleConfiguration {
  const state = `http://${privateAddress}:${ports.floatingIpKeeper}/state`;
  return {
    checks: [
      {
        name: "this load balancer may have the floating IP",
        command: `${ready} pair ${state} ${vrrpPaths.maintenance}`,
      },
    ],
  };
}

function haproxy(blueprint: Blueprint, machine: MachinePlan): RoleConfiguration {
  const { path, host } = healthQuestion(blueprint.settings);
  const { https } = blueprint.settings;
  const check = "haproxy -c -f %s";
  return {
    packages: ["haproxy", "python3"],
    files: {
      [haproxyPaths.sysctl]: { content: sysctl() },
      [haproxyPaths.dropIn]: { content: haproxyDropIn() },
      [haproxyPaths.sandbox]: { content: haproxySandbox() },
      [bodiesPath]: { content: bodiesProgram() },
      [endsPath]: { content: ends(headBytes) },
      ...programFolder(join(__dirname, "ready"), haproxyPaths.ready, [libraries.haproxychecks]),
      [haproxyPaths.cfg]: {
        content: haproxyCfg(blueprint, machine),
        validate: https ? `${prepareCommand} && ${check}` : check,
      },
    },
    units: [
      { name: "systemd-sysctl.service", state: "oneshot", restartOn: [haproxyPaths.sysctl] },
      {
        name: "haproxy.service",
        restartOn: [haproxyPaths.dropIn],
        // A reload hands sockets and tables to a new process; a restart would cost visitors their requests.
        reloadOn: [
          haproxyPaths.cfg,
          bodiesPath,
          endsPath,
          ...(https ? [certificatePaths.challenge, certificatePaths.configuration] : []),
        ],
        healthy: `${ready} haproxy http://127.0.0.1:${ports.status}`,
      },
    ],
    checks: [
      {
        name: "an instance answers through HAProxy",
        command: `curl -fsS -o /dev/null --max-time 5 -H 'Host: ${host}' http://127.0.0.1:${ports.http}${path}`,
      },
    ],
  };
}

/** Addresses may be bound before they are there: at boot, and while the floating IP is on another machine. */
function sysctl(): string {
  return lines(heading(), "-net.ipv4.ip_nonlocal_bind = 1", "-net.ipv6.ip_nonlocal_bind = 1");
}

function haproxyDropIn(): string {
  return unitFile({
    Service: [
      ...alwaysRestart(haproxyRestart),
      "# One line for each request.",
      "LogRateLimitIntervalSec=30s",
      "LogRateLimitBurst=200000",
    ],
  });
}

/** Its first process is root's: it opens ports, and starts and ends workers, which are another user's and in a chroot. */
function haproxySandbox(): string {
  return unitFile({
    Service: confined({
      capabilities: [
        "CAP_CHOWN",
        "CAP_DAC_OVERRIDE",
        "CAP_FOWNER",
        "CAP_KILL",
        "CAP_NET_BIND_SERVICE",
        "CAP_SETGID",
        "CAP_SETUID",
        "CAP_SYS_CHROOT",
        // More open files than systemd allows by itself, where the settings ask for that.
        "CAP_SYS_RESOURCE",
      ],
      families: ["AF_INET", "AF_INET6"],
      systemCalls: ["chroot"],
      // Its pid file and its sockets.
      writes: ["/run"],
    }),
  });
}
