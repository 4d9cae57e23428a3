import type { FirewallRule, MachineSpec } from "../../../local/driver";
import { renderFirewalls } from "../../../local/network/firewall";

const machine = (id: number, firewall: MachineSpec["firewall"]) => ({ id, firewall }) as MachineSpec;
const rule = (details: Partial<FirewallRule>): FirewallRule => ({
  direction: "in",
  protocol: "tcp",
  sourceIps: [],
  destinationIps: [],
  ...details,
});

/** The lines of one chain, without indentation. */
function chain(rules: string, name: string): string[] | undefined {
  const body = new RegExp(`chain ${name} \\{\\n([^}]*(?:\\{[^}]*\\}[^}]*)*?)\\n {2}\\}`).exec(rules)?.[1];
  return body?.split("\n").map((line) => line.trim());
}

describe("cloud firewalls", () => {
  test("do not touch a machine that has none", () => {
    const rules = renderFirewalls([machine(1, null)]);
    expect(rules).not.toContain("m1");
    expect(chain(rules, "forward")).toContain('oifname "m*" accept');
  });

  test("without rules let nothing in and everything out", () => {
    const rules = renderFirewalls([machine(1, [])]);
    expect(chain(rules, "in-m1")).toEqual(["ct state established,related return", "drop"]);
    expect(chain(rules, "out-m1")).toBeUndefined();
  });

  test("with one outbound rule let nothing else out", () => {
    const rules = renderFirewalls([
      machine(1, [rule({ direction: "out", port: "443", destinationIps: ["0.0.0.0/0", "2001:db8::/32"] })]),
    ]);
    expect(chain(rules, "out-m1")).toEqual([
      "ct state established,related return",
      "meta nfproto ipv4 tcp dport 443 return",
      "ip6 daddr 2001:db8::/32 tcp dport 443 return",
      "drop",
    ]);
  });

  test.each([
    [rule({ port: "80", sourceIps: ["10.0.0.0/8"] }), "ip saddr 10.0.0.0/8 tcp dport 80 return"],
    [rule({ port: "1000-2000", sourceIps: ["::/0"] }), "meta nfproto ipv6 tcp dport 1000-2000 return"],
    [rule({ protocol: "udp", port: "any" }), "meta l4proto udp return"],
    [
      rule({ protocol: "icmp", sourceIps: ["192.0.2.1/32"] }),
      "ip saddr 192.0.2.1/32 meta l4proto { icmp, ipv6-icmp } return",
    ],
    [rule({ protocol: "gre" }), "meta l4proto gre return"],
  ])("say %j as %s", (given, expected) => {
    expect(chain(renderFirewalls([machine(1, [given])]), "in-m1")).toContain(expected);
  });

  test("never match a source of one family with a destination of the other", () => {
    const mixed = rule({ port: "1", sourceIps: ["10.0.0.1/32"], destinationIps: ["::/0"] });
    expect(chain(renderFirewalls([machine(1, [mixed])]), "in-m1")).toEqual([
      "ct state established,related return",
      "drop",
    ]);
  });

  test("let nothing that a machine begins reach this computer", () => {
    const forward = chain(renderFirewalls([]), "forward") ?? [];
    const refusal = forward.indexOf('oifname "host" reject with icmpx admin-prohibited');
    expect(refusal).toBeGreaterThan(0);
    expect(refusal).toBeLessThan(forward.indexOf('oifname "m*" accept'));
  });
});
