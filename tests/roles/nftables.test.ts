import { makeBlueprint } from "../../blueprint/blueprint";
import { egressOf } from "../../blueprint/firewallRules";
import { rehearsal, settingsOf, settingsWith } from "../blueprint/source";
import { testWhere } from "../support/needs";
import { fileOf } from "./context";
import { has, judge } from "./debian";

const rulesOf = (machine: string, settings = settingsOf("prod")) => fileOf(machine, "/etc/nftables.conf", settings);

/** The load balancers on every rung of the ladder, so that the step to the next one finds its way. */
const jumpHosts = "10.0.1.11, 10.0.1.12";

test("SSH is let in from where admins are, and nowhere else from outside", () => {
  const accepted = rulesOf("load-balancer-1")
    .split("\n")
    .filter((line) => /dport 22\b/.test(line));
  expect(accepted.map((line) => line.trim())).toEqual([
    'ip saddr { 198.51.100.0/24 } ip daddr != 10.0.1.11 tcp dport 22 accept comment "admins"',
    `ip saddr { ${jumpHosts} } ip daddr 10.0.1.11 tcp dport 22 accept comment "jump hosts"`,
  ]);
});

test("an app machine lets in load balancers and ways in only, and nothing over IPv6 but its neighbours' greetings", () => {
  const accepted = rulesOf("app-2", rehearsal())
    .split("\n")
    .filter((line) => line.includes("dport") && !line.includes("DHCP"));
  for (const line of accepted) {
    const from = line.includes("dport 22 ") ? jumpHosts : "10.0.1.11";
    expect(line).toContain(`ip saddr { ${from} } ip daddr 10.0.1.42 `);
  }
  expect(accepted).toHaveLength(3);
});

test("both firewalls are made from the same rules", () => {
  const { firewalls, machines } = makeBlueprint(settingsOf("prod"));
  for (const { firewall, firewallRules } of machines) {
    expect(firewalls[firewall]?.rules).toEqual(
      firewallRules.filter(({ side, machineOnly }) => side === "public" && machineOnly !== true),
    );
  }
});

const egress = (machine: string, settings = rehearsal({ loadBalancers: 2 })) =>
  rulesOf(machine, settings)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("meta skuid"));

test("HAProxy connects to instances, agents and the other load balancer; who may use the API is listed", () => {
  expect(egress("load-balancer-1")).toEqual([
    'meta skuid != 0 ip daddr 169.254.169.254 reject comment "metadata is for root"',
    'meta skuid "haproxy" ip daddr { 10.0.1.11, 10.0.1.12 } tcp dport 10000 accept comment "HAProxy\'s peers"',
    'meta skuid "haproxy" ip daddr { 10.0.1.41, 10.0.1.42 } tcp dport 8001-8002 accept comment "instances"',
    'meta skuid "haproxy" ip daddr { 10.0.1.41, 10.0.1.42 } tcp dport 9001-9002 accept comment "drain agents"',
    'meta skuid "haproxy" reject comment "HAProxy opens no other connection"',
    expect.stringMatching(/^meta skuid != \{ 0, 471, .* \} reject/),
  ]);
});

test("the app connects to the database's ports in the private network, and to nothing else there", () => {
  const settings = settingsOf("prod");
  const [, ...app] = egress("app-2", settings);
  expect(app).toEqual([
    'meta skuid 61184-65519 ip daddr { 10.0.0.0/16 } tcp dport 5432 accept comment "instances use PostgreSQL"',
    'meta skuid 61184-65519 ip daddr { 10.0.0.0/16 } tcp dport 6432 accept comment "instances use PostgreSQL\'s pool"',
    'meta skuid 61184-65519 ip daddr 10.0.0.0/16 reject comment "the app opens no other private connection"',
  ]);
  expect(settings.database).toBeDefined();
});

test("each connection that a rule names a program for is open on both sides", () => {
  const blueprint = makeBlueprint(settingsOf("prod"));
  const named = blueprint.machines.flatMap(({ firewallRules }) => firewallRules.filter(({ by }) => by));
  expect(named.length).toBeGreaterThan(0);
  for (const { from, by, ports } of named) {
    for (const address of from) {
      expect(egressOf(address, blueprint.machines)).toContainEqual(expect.objectContaining({ by, ports }));
    }
  }
});

testWhere(has("nft"))("nft accepts admins of both address families, many and everywhere", () => {
  for (const allowFrom of [
    ["2001:db8::/48"],
    ["0.0.0.0/0", "::/0"],
    ["198.51.100.7/32", "203.0.113.0/24", "2001:db8::/32"],
  ]) {
    const settings = settingsWith({ "holdfast:admin": { sshKeys: ["./examples/admin.pub"], allowFrom } });
    expect(judge("nft -c -f %s", rulesOf("load-balancer-1", settings))).toEqual({ code: 0, output: "" });
  }
});
