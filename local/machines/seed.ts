import type { MachineSpec } from "../driver";

/**
 * What cloud-init reads in a machine (data source NoCloud), path below the root → content. The user data is the
 * server's, byte for byte; the vendor data is what Hetzner's images say for themselves.
 */
export function seedFiles(machine: MachineSpec): Record<string, string> {
  const folder = "/var/lib/cloud/seed/nocloud";
  const metadata = {
    "instance-id": String(machine.id),
    "local-hostname": machine.name,
    "public-keys": machine.sshKeys,
  };
  return {
    // JSON is YAML, and cannot be broken by what a key's comment contains.
    [`${folder}/meta-data`]: `${JSON.stringify(metadata, null, 2)}\n`,
    [`${folder}/user-data`]: machine.userData === "" ? "#cloud-config\n{}\n" : machine.userData,
    [`${folder}/vendor-data`]: "#cloud-config\nmanage_etc_hosts: true\n",
  };
}
