import { ports } from "../../blueprint/ports";
import { healthPath } from "../healthPath";
import { heading, lines } from "../text";
import type { RoleConfiguration, RoleContext } from "../types";
import { haproxyCfg } from "./haproxy.cfg";

export const haproxyPaths = {
  cfg: "/etc/haproxy/haproxy.cfg",
  dropIn: "/etc/systemd/system/haproxy.service.d/60-holdfast.conf",
  sysctl: "/etc/sysctl.d/61-holdfast-load-balancer.conf",
} as const;

/** HAProxy in front of all instances. */
export function loadBalancer({ blueprint, machine }: RoleContext): RoleConfiguration {
  const health = healthPath(blueprint.settings);
  return {
    packages: ["haproxy"],
    files: {
      [haproxyPaths.sysctl]: { content: sysctl() },
      [haproxyPaths.dropIn]: { content: haproxyDropIn() },
      [haproxyPaths.cfg]: { content: haproxyCfg(blueprint, machine), validate: "haproxy -c -f %s" },
    },
    units: [
      { name: "systemd-sysctl.service", state: "oneshot", restartOn: [haproxyPaths.sysctl] },
      {
        name: "haproxy.service",
        restartOn: [haproxyPaths.dropIn],
        // A reload hands sockets and tables to a new process; a restart would cost visitors their requests.
        reloadOn: [haproxyPaths.cfg],
        healthy: `curl -fsS -o /dev/null --max-time 2 http://127.0.0.1:${ports.status}/ready`,
      },
    ],
    checks: [
      {
        name: "an instance answers through HAProxy",
        command: `curl -fsS -o /dev/null --max-time 5 http://127.0.0.1:${ports.http}${health}`,
      },
    ],
  };
}

/** Addresses may be bound before they are there: at boot, and while the floating IP is on another machine. */
function sysctl(): string {
  return lines(heading(), "-net.ipv4.ip_nonlocal_bind = 1", "-net.ipv6.ip_nonlocal_bind = 1");
}

function haproxyDropIn(): string {
  return lines(
    heading(),
    "[Service]",
    "Restart=always",
    "RestartSec=200ms",
    "# One line for each request.",
    "LogRateLimitIntervalSec=30s",
    "LogRateLimitBurst=200000",
  );
}
