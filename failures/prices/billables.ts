import { machinesWith, type Role } from "../../blueprint/blueprint";
import type { Facts } from "../facts";
import { count } from "../figures";

/** Something that Hetzner takes money for, as often as there is of it. */
export interface Billable {
  readonly kind: "server" | "primaryIpv4" | "floatingIpv4" | "floatingIpv6" | "volume" | "storageBox";
  /** e.g. `2 app machines (cx23)` */
  readonly what: string;
  readonly quantity: number;
  /** Of servers. */
  readonly serverType?: string;
  /** Of Storage Boxes. */
  readonly boxType?: string;
  /** Of volumes, in GB. */
  readonly size?: number;
}

const names: Readonly<Record<Role, string>> = {
  loadBalancer: "load balancer machine",
  database: "database machine",
  monitor: "monitor machine",
  app: "app machine",
};

/**
 * Everything in a stack that costs money. IPv6 addresses, private networks, firewalls and placement groups are free at
 * Hetzner.
 */
export function billables({ blueprint }: Facts): Billable[] {
  const ipv4 = blueprint.machines.filter(({ publicIpv4 }) => publicIpv4).length;
  const { backup } = blueprint.settings;
  // One for all load balancers: components/floatingIp.ts.
  const floating = blueprint.machines.some(({ floatingIp }) => floatingIp);
  return [
    ...(["loadBalancer", "database", "monitor", "app"] as const).flatMap((role) => {
      // A machine with several roles is paid once: under its first.
      const machines = machinesWith(blueprint, role).filter(({ roles }) => roles[0] === role);
      const [first] = machines;
      if (!first) return [];
      const { serverType } = first;
      const what = `${count(machines.length, names[role])} (${serverType})`;
      return [{ kind: "server" as const, what, quantity: machines.length, serverType }];
    }),
    ...(ipv4 > 0
      ? [
          {
            kind: "primaryIpv4" as const,
            what: count(ipv4, "public IPv4 address", "public IPv4 addresses"),
            quantity: ipv4,
          },
        ]
      : []),
    ...(blueprint.database
      ? [
          {
            kind: "volume" as const,
            what: `1 volume of ${blueprint.database.volume.size} GB`,
            quantity: 1,
            size: blueprint.database.volume.size,
          },
        ]
      : []),
    ...(backup
      ? [
          {
            kind: "storageBox" as const,
            what: `1 Storage Box (${backup.storage.type})`,
            quantity: 1,
            boxType: backup.storage.type,
          },
        ]
      : []),
    ...(floating ? [{ kind: "floatingIpv4" as const, what: "1 floating IPv4 address", quantity: 1 }] : []),
  ];
}
