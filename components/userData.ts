import { stringify } from "yaml";
import { formatPublicKey, type PublicKey } from "../blueprint/sshKeys";
import { adminUser } from "../roles/adminUser";

/**
 * What cloud-init does on a server's first boot: the admin user and nothing else. Every process on the server can read
 * this, so it holds no secret; everything that may ever change comes with the configuration instead.
 */
export function userData(keys: readonly PublicKey[]): string {
  const config = {
    users: [
      {
        name: adminUser,
        gecos: "Holdfast",
        shell: "/bin/bash",
        groups: ["sudo", "systemd-journal"],
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        lock_passwd: true,
        ssh_authorized_keys: keys.map(formatPublicKey),
      },
    ],
    disable_root: true,
    ssh_pwauth: false,
  };
  return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}
