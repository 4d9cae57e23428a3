import { makeBlueprint } from "../../blueprint/blueprint";
import { rehearsal, settingsOf, settingsWith } from "../blueprint/source";
import { testWhere } from "../support/needs";
import { fileOf } from "./context";
import { has, judge } from "./debian";

const rulesOf = (machine: string, settings = settingsOf("prod")) => fileOf(machine, "/etc/nftables.conf", settings);

/** Every machine that is the way in on some rung of the ladder, so that the step to the next one finds its way. */
const jumpHosts = "10.0.1.11, 10.0.1.12, 10.0.1.41";

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
