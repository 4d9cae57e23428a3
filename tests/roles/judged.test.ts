import { parse } from "yaml";
import { userData } from "../../components/userData";
import { contextOf, configured, fileOf } from "./context";
import { debian, has, judge } from "./debian";

/** Tests that need a program are skipped by name where it is missing. */
function testWith(program: string): jest.It {
  return (has(program) ? test : test.skip) as jest.It;
}

describe(`judged by the programs of ${debian.name}`, () => {
  const machines = ["load-balancer-1", "app-1"];

  testWith("haproxy")("haproxy accepts haproxy.cfg without a warning", () => {
    const { code, output } = judge("haproxy -c -f %s", fileOf("load-balancer-1", "/etc/haproxy/haproxy.cfg"));
    expect(output).not.toMatch(/WARNING|ALERT/);
    expect(code).toBe(0);
  });

  testWith("haproxy")("haproxy refuses a broken one by the validate command that machines use", () => {
    const path = "/etc/haproxy/haproxy.cfg";
    const { content, validate = "" } = configured("load-balancer-1").files[path] ?? { content: "" };
    const { code, output } = judge(validate, content.replace("balance leastconn", "balance nonsense"));
    expect(code).not.toBe(0);
    expect(output).toContain("balance only supports");
  });

  for (const machine of machines) {
    testWith("nft")(`nft accepts ${machine}'s rules`, () => {
      expect(judge("nft -c -f %s", fileOf(machine, "/etc/nftables.conf"))).toEqual({ code: 0, output: "" });
    });

    testWith("sshd")(`sshd accepts ${machine}'s settings`, () => {
      const content = fileOf(machine, "/etc/ssh/sshd_config.d/10-holdfast.conf");
      // Without host keys, which a fresh image does not have, sshd has nothing to test.
      const command = "ssh-keygen -q -t ed25519 -N '' -f %s.key && mkdir -p /run/sshd && sshd -t -h %s.key -f %s";
      expect(judge(command, content)).toEqual({ code: 0, output: "" });
    });
  }

  testWith("systemd-analyze")("systemd accepts the app's unit", () => {
    const unit = fileOf("app-1", "/etc/systemd/system/app@.service").replace("/etc/holdfast/app/start", "/bin/true");
    const { code, output } = judge("systemd-analyze verify --man=no --recursive-errors=no %s", unit, "app@1.service");
    expect(output).toBe("");
    expect(code).toBe(0);
  });

  testWith("apt-config")("apt reads the rules for security updates", () => {
    const content = fileOf("app-1", "/etc/apt/apt.conf.d/60holdfast");
    const { output } = judge("APT_CONFIG=%s apt-config dump Unattended-Upgrade", content);
    expect(output).toContain('Unattended-Upgrade::Automatic-Reboot "false";');
    expect(output.match(/Origins-Pattern:: "/g)).toHaveLength(1);
  });

  testWith("sh")("a shell accepts the start script", () => {
    expect(judge("sh -n %s", fileOf("app-1", "/etc/holdfast/app/start"))).toEqual({ code: 0, output: "" });
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
