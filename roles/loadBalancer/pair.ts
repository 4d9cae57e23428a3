import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RoleConfiguration } from "../types";
import { keeperUnit } from "./floatingIpKeeper/floatingIpKeeper";
import { keepalivedConf, vrrpPaths, type VrrpMember } from "./keepalived.conf";
import { confined } from "../sandbox";
import { unitFile } from "../unitFile";

/** The switch by hand, on the machine itself: for the command line, and for a bad night without it. */
export const failoverCommand = "/usr/local/sbin/holdfast-failover";
const handOverProgram = () => readFileSync(join(__dirname, "handOver.py"), "utf8");

const keepalivedDropIn = "/etc/systemd/system/keepalived.service.d/60-holdfast.conf";
/** Of 99: before all that is not realtime. */
const realtimePriority = 50;
/** Beside HAProxy's own drop-in, and no reason to restart it: systemd reads it when it stops the unit. */
const haproxyDropIn = "/etc/systemd/system/haproxy.service.d/61-holdfast-pair.conf";

/** keepalived insists on the folder of a file that it shall track, which the keeper makes, and that may not run yet. */
const validate = `mkdir -p -m 0700 ${vrrpPaths.folder} && keepalived -t -f %s`;

/** keepalived, on each load balancer of a pair; after the keeper, which judges whether this one may be master. */
export function keepalived(member: VrrpMember): RoleConfiguration {
  return {
    packages: ["keepalived"],
    files: {
      [vrrpPaths.configuration]: { content: keepalivedConf(member), validate },
      [keepalivedDropIn]: { content: dropIn() },
      [haproxyDropIn]: { content: handOverFirst() },
      [failoverCommand]: { content: handOverProgram(), mode: "0755" },
    },
    units: [
      {
        name: "keepalived.service",
        // A reload keeps who is master; a restart would hand the address to the other one. So nothing restarts it:
        // a changed drop-in holds from its next start on.
        reloadOn: [vrrpPaths.configuration],
        healthy: "systemctl is-active --quiet keepalived.service",
      },
    ],
  };
}

/**
 * When HAProxy is stopped on the active load balancer (by `pulumi up`, Debian's security updates, a shutdown, a person),
 * the machine hands over first. An HAProxy that ended by itself has no $MAINPID any more: its restart is quicker.
 */
function handOverFirst(): string {
  return unitFile({
    Unit: [
      "# Stopped before them at a shutdown, because they are what hands over.",
      `After=${keeperUnit} keepalived.service`,
    ],
    Service: [`ExecStop=-/bin/sh -c 'test -z "$$MAINPID" || exec ${failoverCommand} before-stop'`],
  });
}

function dropIn(): string {
  return unitFile({
    Unit: [`After=${keeperUnit}`, `Wants=${keeperUnit}`, "StartLimitIntervalSec=0"],
    Service: [
      "Restart=always",
      "RestartSec=200ms",
      "OOMScoreAdjust=-900",
      realtime(),
      "# Without a route to its peer it says so ten times a second.",
      "LogRateLimitIntervalSec=60s",
      "LogRateLimitBurst=200",
      ...confined({
        capabilities: ["CAP_IPC_LOCK", "CAP_NET_ADMIN", "CAP_NET_RAW"],
        families: ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET"],
        // Its pid file, and the FIFO.
        writes: ["/run"],
      }),
    ],
  });
}

/**
 * Its processes run before others. keepalived would do that by itself (`vrrp_rt_priority`), and would limit the realtime
 * that it may use: version 2.3.3 sets the limit to zero at each reload, by which the kernel kills the VRRP process within
 * seconds, and the address moves. Processes that it starts anew inherit the priority. A computer that refuses it to a
 * local machine is no reason not to start.
 */
function realtime(): string {
  return `ExecStartPost=-+/bin/sh -c 'for pid in $(pidof keepalived); do chrt --rr --pid ${realtimePriority} "$pid"; done'`;
}
