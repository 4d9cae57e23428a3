import type { RoleConfiguration } from "../types";
import { confined } from "../sandbox";
import { unitFile } from "../unitFile";

/** Where the floating IPs' files are on a load balancer. */
export const floatingIpPaths = {
  /** One address a line, written by the component that made them. */
  addresses: "/etc/holdfast/floating-ips",
  unit: "/etc/systemd/system/holdfast-floating-ips.service",
} as const;

/**
 * Puts the floating IPs on `lo`, for good and on every load balancer: Hetzner only routes them, a machine has to have
 * them itself. On `lo` they are there whatever the network cards are called, and nobody announces them.
 */
export function floatingIps(): RoleConfiguration {
  return {
    packages: ["iproute2"],
    files: { [floatingIpPaths.unit]: { content: unit() } },
    units: [
      {
        name: "holdfast-floating-ips.service",
        restartOn: [floatingIpPaths.unit, floatingIpPaths.addresses],
        healthy: "systemctl is-active --quiet holdfast-floating-ips.service",
      },
    ],
  };
}

function unit(): string {
  const each = (command: string) =>
    `/bin/sh -c 'while read -r address; do ${command}; done <${floatingIpPaths.addresses}'`;
  return unitFile({
    Unit: ["Description=Floating IPs of this load balancer", "Before=haproxy.service"],
    Service: [
      "Type=oneshot",
      "RemainAfterExit=yes",
      `ExecStart=${each('ip address replace "$address" dev lo')}`,
      ...confined({ capabilities: ["CAP_NET_ADMIN"], families: ["AF_INET", "AF_NETLINK"] }),
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}
