import type { FirewallRule, MachineSpec } from "../driver";
import { routerInterface } from "./names";

/**
 * The cloud firewalls of all machines as one nftables table for the edge router, to be loaded in one transaction. Only
 * public traffic passes the edge, so private networks are not filtered, as at Hetzner. The kernel's connection table is
 * not part of it: connections that were let in live on when rules change.
 *
 * A firewall without inbound rules lets nothing in; one without outbound rules lets everything out.
 */
export function renderFirewalls(machines: readonly MachineSpec[]): string {
  const chains: string[] = [];
  const inbound: string[] = [];
  const outbound: string[] = [];
  for (const machine of machines) {
    if (machine.firewall === null) continue;
    const device = routerInterface(machine.id);
    inbound.push(`"${device}" : jump in-${device}`);
    chains.push(renderChain(`in-${device}`, machine.firewall, "in"));
    if (!machine.firewall.some((rule) => rule.direction === "out")) continue;
    outbound.push(`"${device}" : jump out-${device}`);
    chains.push(renderChain(`out-${device}`, machine.firewall, "out"));
  }
  const dispatch = (interfaceOf: string, entries: string[]) =>
    entries.length === 0 ? "" : `    ${interfaceOf} vmap { ${entries.join(", ")} }\n`;
  return `table inet firewalls
delete table inet firewalls
table inet firewalls {
${chains.join("")}  chain forward {
    type filter hook forward priority filter; policy drop;
    oifname "host" ct state established,related accept
    oifname "host" reject with icmpx admin-prohibited
${dispatch("iifname", outbound)}${dispatch("oifname", inbound)}    oifname "m*" accept
    oifname "internet" accept
    reject with icmpx admin-prohibited
  }
}
`;
}

/** A chain that returns for what is allowed, so that a packet between two machines passes the firewalls of both. */
function renderChain(name: string, rules: readonly FirewallRule[], direction: "in" | "out"): string {
  const lines = rules.filter((rule) => rule.direction === direction).flatMap(renderRule);
  return `  chain ${name} {
    ct state established,related return
${lines.map((line) => `    ${line} return\n`).join("")}    drop
  }
`;
}

/** One line per pair of addresses: nftables' sets refuse networks that overlap, Hetzner's rules may contain such. */
function renderRule(rule: FirewallRule): string[] {
  const lines: string[] = [];
  for (const source of orAny(rule.sourceIps)) {
    for (const destination of orAny(rule.destinationIps)) {
      const families = [familyOf(source), familyOf(destination)].filter((family) => family !== undefined);
      if (new Set(families).size > 1) continue; // no packet has both
      lines.push(
        [matchAddress("saddr", source), matchAddress("daddr", destination), matchProtocol(rule)]
          .filter((part) => part !== "")
          .join(" "),
      );
    }
  }
  return lines;
}

function orAny(addresses: readonly string[]): readonly (string | undefined)[] {
  return addresses.length === 0 ? [undefined] : addresses;
}

function familyOf(address: string | undefined): "ip" | "ip6" | undefined {
  return address === undefined ? undefined : address.includes(":") ? "ip6" : "ip";
}

function matchAddress(side: "saddr" | "daddr", address: string | undefined): string {
  if (address === undefined) return "";
  if (address.endsWith("/0")) return `meta nfproto ${familyOf(address) === "ip6" ? "ipv6" : "ipv4"}`;
  return `${familyOf(address)} ${side} ${address}`;
}

function matchProtocol(rule: FirewallRule): string {
  switch (rule.protocol) {
    case "icmp":
      return "meta l4proto { icmp, ipv6-icmp }";
    case "esp":
    case "gre":
      return `meta l4proto ${rule.protocol}`;
    case "tcp":
    case "udp":
      return rule.port === undefined || rule.port === "any"
        ? `meta l4proto ${rule.protocol}`
        : `${rule.protocol} dport ${rule.port}`;
  }
}
