import { authorizedKeys, refuseRevoked } from "./authorizedKeys";
import { staleKeys } from "./staleKeys";
import { machinePaths } from "../../provider/machine/paths";
import { adminUser } from "../adminUser";
import type { RoleConfiguration, RoleContext } from "../types";
import { journald } from "./journald.conf";
import { nftables } from "./nftables.conf";
import { sshd } from "./sshd.conf";
import { sysctl } from "./sysctl.conf";
import { timesyncd } from "./timesyncd.conf";
import { automaticUpgrades, unattendedUpgrades } from "./unattendedUpgrades.conf";

/** What every machine gets: a firewall that lets in what roles name, keys only, bounded logs, security updates, the time. */
export function base({ blueprint, machine }: RoleContext): RoleConfiguration {
  const files = {
    journald: "/etc/systemd/journald.conf.d/60-holdfast.conf",
    keys: `${machinePaths.authorizedKeys}/${adminUser}`,
    nftables: "/etc/nftables.conf",
    sshd: "/etc/ssh/sshd_config.d/10-holdfast.conf",
    sysctl: "/etc/sysctl.d/60-holdfast.conf",
    timesyncd: "/etc/systemd/timesyncd.conf.d/60-holdfast.conf",
  };
  const stale = staleKeys(adminUser, files.keys);
  return {
    packages: ["curl", "libpam-systemd", "nftables", "python3", "systemd-timesyncd", "unattended-upgrades"],
    files: {
      [files.journald]: { content: journald() },
      // Before sshd's own file in this list, so that it never looks for keys where there are none yet.
      [files.keys]: { content: authorizedKeys(blueprint.settings.admin.sshKeys), validate: refuseRevoked },
      [files.nftables]: { content: nftables(machine, blueprint), mode: "0755", validate: "nft -c -f %s" },
      [files.sshd]: { content: sshd(machine), validate: "mkdir -p /run/sshd && sshd -t -f %s" },
      [files.sysctl]: { content: sysctl() },
      [files.timesyncd]: { content: timesyncd() },
      ...stale.files,
      "/etc/apt/apt.conf.d/20auto-upgrades": { content: automaticUpgrades() },
      "/etc/apt/apt.conf.d/60holdfast": { content: unattendedUpgrades() },
    },
    units: [
      { name: "systemd-journald.service", restartOn: [files.journald] },
      { name: "systemd-sysctl.service", state: "oneshot", restartOn: [files.sysctl] },
      { name: "nftables.service", reloadOn: [files.nftables] },
      { name: "ssh.service", reloadOn: [files.sshd] },
      // In a container it has nothing to do and systemd skips it, hence not "running".
      { name: "systemd-timesyncd.service", state: "oneshot", restartOn: [files.timesyncd] },
      { name: "apt-daily.timer" },
      { name: "apt-daily-upgrade.timer" },
      ...(stale.units ?? []),
    ],
    checks: [
      {
        name: "the firewall drops what is not named",
        command: "nft list chain inet holdfast in | grep -q 'policy drop'",
      },
    ],
  };
}
