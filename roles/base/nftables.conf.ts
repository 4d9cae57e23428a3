import { isIPv4 } from "node:net";
import { networkRange } from "../../blueprint/addresses";
import type { Blueprint, MachinePlan } from "../../blueprint/blueprint";
import { type ConfinedProgram, egressOf, type FirewallRule } from "../../blueprint/firewallRules";
import { certificateUser } from "../loadBalancer/certificateKeeper/certificateKeeper";
import { monitorUser } from "../monitor/paths";
import { keeperUser } from "../loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { heading, lines } from "../text";

/** What of a blueprint the packet filter depends on. */
type NftablesBlueprint = Pick<Blueprint, "monitor" | "machines"> & {
  readonly settings: Pick<Blueprint["settings"], "https">;
};

/**
 * The machine's own firewall. Hetzner's filters the public side only; on the private one nothing stands between machines
 * but this. It tells the sides apart by the address that a packet is sent to, because interface names differ from one
 * server type to the next.
 */
export function nftables(machine: MachinePlan, { machines, monitor, settings }: NftablesBlueprint): string {
  return lines(
    "#!/usr/sbin/nft -f",
    heading(),
    "flush ruleset",
    "",
    "table inet holdfast {",
    "  chain in {",
    "    type filter hook input priority filter; policy drop;",
    "    ct state established,related accept",
    "    ct state invalid drop",
    '    iifname "lo" accept',
    // Without these IPv6 has no neighbours and no router; IPv4's counterparts are not IP packets.
    "    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, packet-too-big, time-exceeded } accept",
    '    udp sport 67 udp dport 68 accept comment "DHCP"',
    '    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept comment "DHCPv6"',
    machine.firewallRules.flatMap((rule) => nftRules(rule, machine)).map((rule) => `    ${rule}`),
    "  }",
    "",
    "  chain forward {",
    "    type filter hook forward priority filter; policy drop;",
    "  }",
    "",
    "  chain out {",
    "    type filter hook output priority filter; policy accept;",
    // User data and the machine's identity are for the system alone.
    '    meta skuid != 0 ip daddr 169.254.169.254 reject comment "metadata is for root"',
    "    ct state established,related accept",
    '    oifname "lo" accept',
    outRules(machine, machines, {
      https: settings.https !== undefined,
      isWatcher: monitor?.machine === machine.name,
    }).map((rule) => `    ${rule}`),
    "  }",
    "}",
  );
}

/** Users that systemd allocates for `DynamicUser=` (systemd.exec(5)): on an app machine the release's programs alone. */
const dynamicUsers = "61184-65519";

/** Who the confined programs are to the packet filter. */
const users: Readonly<Record<ConfinedProgram, string>> = { haproxy: '"haproxy"', app: dynamicUsers };

/**
 * What leaves the machine. On a load balancer there is the API's token: of the users that are no people, only those that
 * its work needs may open connections. An app goes where it likes on the Internet, but not in the private network.
 */
function outRules(
  { roles, privateAddress, floatingIp }: MachinePlan,
  machines: Blueprint["machines"],
  { https, isWatcher }: { readonly https: boolean; readonly isWatcher: boolean },
): string[] {
  const allowed = egressOf(privateAddress, machines).map(
    ({ by, to, ports, purpose }) =>
      `meta skuid ${users[by]} ip daddr { ${to.join(", ")} } tcp dport ${portRange(ports)} accept comment "${purpose}"`,
  );
  return [
    ...allowed,
    ...(roles.includes("loadBalancer")
      ? [`meta skuid ${users.haproxy} reject comment "HAProxy opens no other connection"`]
      : []),
    ...(roles.includes("app")
      ? [`meta skuid ${users.app} ip daddr ${networkRange} reject comment "the app opens no other private connection"`]
      : []),
    ...(floatingIp
      ? [
          'meta l4proto { icmp, ipv6-icmp } accept comment "neighbours, path MTU and ping"',
          'udp dport { 53, 67, 547 } accept comment "DNS and DHCP"',
          'tcp dport 53 accept comment "DNS"',
          ...(isWatcher
            ? [`meta skuid "${monitorUser}" accept comment "the monitor asks machines and sends messages"`]
            : []),
          `meta skuid != { 0, ${keeperUser.id}, ${https ? `${certificateUser.id}, ` : ""}"_apt", "systemd-timesync", 1000-59999 } reject comment "root, the floating IP keeper, updates, the time and people"`,
        ]
      : []),
  ];
}

/** One rule for each address family that the firewall rule has sources of. */
function nftRules({ side, protocol, ports, from, purpose }: FirewallRule, { privateAddress }: MachinePlan): string[] {
  const families = [
    { name: "ip", icmp: "icmp type echo-request", sources: from.filter((range) => isIPv4(range.split("/")[0] ?? "")) },
    { name: "ip6", icmp: "icmpv6 type echo-request", sources: from.filter((range) => range.includes(":")) },
  ];
  return families
    .filter(({ sources }) => sources.length > 0)
    .map(({ name, icmp, sources }) => {
      const everywhere = sources.some((range) => range.endsWith("/0"));
      const source = everywhere
        ? `meta nfproto ${name === "ip" ? "ipv4" : "ipv6"}`
        : `${name} saddr { ${sources.join(", ")} }`;
      // Private networks are IPv4; what is sent to the private address came in by them.
      const target = name === "ip6" ? "" : ` ip daddr ${side === "private" ? "" : "!= "}${privateAddress}`;
      // VRRP by its number: a name would need /etc/protocols.
      const what = { icmp, vrrp: "meta l4proto 112", tcp: `tcp dport ${protocol === "tcp" ? portRange(ports) : ""}` }[
        protocol
      ];
      return `${source}${target} ${what} accept comment "${purpose}"`;
    });
}

function portRange(ports: FirewallRule["ports"]): string {
  if (!ports) throw new Error("a firewall rule for TCP needs ports");
  const [first, last] = ports;
  return first === last ? String(first) : `${first}-${last}`;
}
