import { basename } from "node:path";
import { parse } from "yaml";
import { userData } from "../../components/userData";
import { isRoot } from "../../local/paths";
import { floatingIpPaths } from "../../roles/loadBalancer/floatingIps";
import { endsPath } from "../../roles/loadBalancer/logFormat";
import { bodiesPath } from "../../roles/loadBalancer/bodies";
import { keeperPaths } from "../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { vrrpPaths } from "../../roles/loadBalancer/keepalived.conf";
import { rehearsal } from "../blueprint/source";
import { testWhere } from "../support/needs";
import { contextOf, configured, fileOf } from "./context";
import { debian, has, judge } from "./debian";

/** For tests that need a program, or a network of their own to use it in. */
function testWith(program: string, { change = false } = {}): jest.It {
  return testWhere(has(program) && (isRoot || !change));
}

describe(`judged by the programs of ${debian.name}`, () => {
  const pair = rehearsal({ loadBalancers: 2 });
  // Every kind of machine there is: in a pair, behind it, and alone with both roles.
  const machines = [
    { name: "load-balancer-1", settings: rehearsal() },
    { name: "load-balancer-1", settings: pair },
    { name: "load-balancer-2", settings: pair },
    { name: "app-1", settings: pair },
    { name: "app-1", settings: rehearsal({ loadBalancers: 0 }) },
  ].map((machine) => ({ ...machine, kind: `${machine.name} of ${machine.settings.loadBalancer.machines}` }));

  testWith("haproxy")("haproxy refuses a broken one by the validate command that machines use", () => {
    const path = "/etc/haproxy/haproxy.cfg";
    const { content, validate = "" } = configured("load-balancer-1").files[path] ?? { content: "" };
    const { code, output } = judge(validate, content.replace("balance leastconn", "balance nonsense"));
    expect(code).not.toBe(0);
    expect(output).toContain("balance only supports");
  });

  for (const { name, kind, settings } of machines) {
    const { files } = configured(name, settings);
    const text = (path: string) => files[path]?.content ?? "";
    const beside = { [bodiesPath]: text(bodiesPath), [endsPath]: text(endsPath) };

    if ("/etc/haproxy/haproxy.cfg" in files) {
      testWith("haproxy")(`haproxy accepts haproxy.cfg of ${kind} without a warning`, () => {
        const { code, output } = judge("haproxy -c -f %s", text("/etc/haproxy/haproxy.cfg"), "candidate", beside);
        expect(output).not.toMatch(/WARNING|ALERT/);
        expect(code).toBe(0);
      });
    }

    testWith("nft")(`nft accepts the rules of ${kind}`, () => {
      expect(judge("nft -c -f %s", text("/etc/nftables.conf"))).toEqual({ code: 0, output: "" });
    });

    testWith("sshd")(`sshd accepts the settings of ${kind}`, () => {
      // Without host keys, which a fresh image does not have, sshd has nothing to test.
      const command = "ssh-keygen -q -t ed25519 -N '' -f %s.key && mkdir -p /run/sshd && sshd -t -h %s.key -f %s";
      expect(judge(command, text("/etc/ssh/sshd_config.d/10-holdfast.conf"))).toEqual({ code: 0, output: "" });
    });
  }

  // keepalived 2.3 finds the interface by the address; older ones, which no machine has, want to be told.
  const keepalived = judge("keepalived --version", "").output;
  const current = testWhere(isRoot && has("keepalived") && !/Keepalived v(1|2\.[012])\./.test(keepalived));

  current.each(["load-balancer-1", "load-balancer-2"])("keepalived of %s accepts its file", (name) => {
    const { content, validate = "" } = configured(name, pair).files[vrrpPaths.configuration] ?? { content: "" };
    expect(judge(validate, content)).toEqual({ code: 0, output: "" });
  });

  current("keepalived refuses a broken one by the validate command that machines use", () => {
    const { content, validate = "" } = configured("load-balancer-1", pair).files[vrrpPaths.configuration] ?? {
      content: "",
    };
    const { code, output } = judge(validate, content.replace("virtual_router_id 53", "virtual_router_id 300"));
    expect(code).not.toBe(0);
    expect(output).toContain("300");
  });

  testWith("nft", { change: true })("nft knows the rule for VRRP by its number, from the pair only", () => {
    const rules = fileOf("load-balancer-1", "/etc/nftables.conf", pair);
    const command = "nft -f %s && nft --numeric list ruleset | grep 'l4proto 112'";
    const { code, output } = judge(command, rules);
    expect(output).toContain("ip saddr { 10.0.1.11, 10.0.1.12 } ip daddr 10.0.1.11 meta l4proto 112 accept");
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(0);
  });

  testWith("systemd-analyze").each([
    ["floating IPs", floatingIpPaths.unit],
    ["keeper", keeperPaths.unit],
  ])("systemd accepts the unit of the %s", (_, path) => {
    const command = "systemd-analyze verify --man=no --recursive-errors=no %s";
    const verdict = judge(command, fileOf("load-balancer-1", path, pair), basename(path));
    expect(verdict).toEqual({ code: 0, output: "" });
  });

  testWith("ip", { change: true })("the floating IPs' unit puts each address on lo", () => {
    const unit = fileOf("load-balancer-1", floatingIpPaths.unit, pair);
    const [, command = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
    const addresses = "198.51.100.7/32\n2001:db8::7/128\n";
    // Twice, as after a change of the list: addresses that are there already are no reason to fail.
    const twice = `${command} && ${command} && ip -oneline address show dev lo`.replaceAll(
      floatingIpPaths.addresses,
      "%s",
    );
    const { code, output } = judge(twice, addresses);
    expect(output).toContain("inet 198.51.100.7/32 scope global lo");
    expect(output).toContain("inet6 2001:db8::7/128 scope global");
    expect(code).toBe(0);
  });

  testWith("systemd-analyze")("systemd accepts the app's unit", () => {
    const unit = fileOf("app-1", "/etc/systemd/system/app@.service").replace("/etc/holdfast/app/start", "/bin/true");
    const { code, output } = judge("systemd-analyze verify --man=no --recursive-errors=no %s", unit, "app@1.service");
    expect(output).toBe("");
    expect(code).toBe(0);
  });

  testWith("apt-config")("apt reads the rules for security updates", () => {
    const content = fileOf("app-1", "/etc/apt/apt.conf.d/60holdfast");
    // Read after the package's own rules, as on a machine, where it stands behind them in the folder.
    const { output } = judge("apt-config --config-file=%s dump Unattended-Upgrade", content);
    expect(output).toContain('Unattended-Upgrade::Automatic-Reboot "false";');
    expect(output.match(/Origins-Pattern:: "/g)).toHaveLength(1);
  });

  testWith("bash")("a shell accepts the start script", () => {
    expect(judge("bash -n %s", fileOf("app-1", "/etc/holdfast/app/start"))).toEqual({ code: 0, output: "" });
  });

  testWith("cloud-init")("cloud-init accepts the user data, and sudo what is in it", () => {
    const content = userData(contextOf("app-1").blueprint.settings.admin.sshKeys);
    const { code, output } = judge("cloud-init schema -c %s", content);
    expect(output).toContain("Valid schema");
    expect(code).toBe(0);
    const { users } = parse(content) as { users: { name: string; sudo: string }[] };
    for (const { name, sudo } of users) expect(judge("visudo -c -f %s", `${name} ${sudo}\n`).code).toBe(0);
  });
});
