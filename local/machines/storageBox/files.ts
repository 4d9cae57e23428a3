import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StorageAccount, StorageBoxSpec } from "../../driver";
import { volumePath } from "../volumes";

/** Port of SFTP at Hetzner's Storage Boxes; port 22 has it too there, and not here. */
export const SFTP_PORT = 23;

/** Program that brings the box's machine to what the files say. */
export const SETUP = "/usr/local/sbin/storage-box";

/** Files that make a machine of Debian a Storage Box, by their path. */
export function storageBoxFiles(box: StorageBoxSpec): Record<string, string> {
  return {
    "/etc/cloud/cloud-init.disabled": "",
    [SETUP]: readFileSync(join(__dirname, "setup.sh"), "utf8"),
    "/etc/storage-box/accounts": box.accounts.map(accountLine).join(""),
    ...Object.fromEntries(
      box.accounts.map(({ name, sshKeys }) => [
        `/etc/storage-box/keys/${name}`,
        sshKeys.map((key) => `${key}\n`).join(""),
      ]),
    ),
    "/etc/systemd/system/default.target": bootTarget,
    "/etc/ssh/sshd_config.d/10-storage-box.conf": sshdConfiguration(box),
    "/etc/systemd/system/storage-box.service": setupUnit(box),
    "/etc/systemd/system/ssh.service.d/10-storage-box.conf":
      "[Unit]\nRequires=storage-box.service\nAfter=storage-box.service\n",
  };
}

function accountLine({ name, passwordHash, home, readOnly, enabled }: StorageAccount): string {
  return `${[name, passwordHash, home, readOnly ? "ro" : "rw", enabled ? "on" : "off"].join(":")}\n`;
}

/** Nothing of what a server runs beside SSH: a box is to cost this computer as little as can be. */
const bootTarget = `[Unit]
Description=Storage Box
Requires=basic.target ssh.service
After=basic.target ssh.service
`;

/** Only SFTP, each account in its own folder. */
function sshdConfiguration({ idleTimeout }: StorageBoxSpec): string {
  return `# A Storage Box of the local cloud.
Port ${SFTP_PORT}
AllowGroups storage
UsePAM no
PermitRootLogin no
PasswordAuthentication yes
PubkeyAuthentication yes
AuthorizedKeysFile /srv/jails/%u/home/.ssh/authorized_keys
ChrootDirectory /srv/jails/%u
ForceCommand internal-sftp -d /home
DisableForwarding yes
# Hetzner cuts sessions without traffic, and the connection with them.
ChannelTimeout *=${idleTimeout}
UnusedConnectionTimeout 5
`;
}

function setupUnit({ id }: StorageBoxSpec): string {
  return `[Unit]
Description=Accounts and disk of the Storage Box

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${SETUP} ${volumePath(id)}
`;
}
