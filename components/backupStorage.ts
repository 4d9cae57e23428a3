import { StorageBox } from "@pulumi/hcloud/storageBox";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import { type Backup, snapshotsKept, storageBoxName } from "../blueprint/resolve/backup";
import { KeyPair } from "../provider/keys/keyPair";
import type { StorageConnection } from "./backupRepository";
import { resourceLabels } from "./labels";
import { storagePassword } from "./storagePassword";

export interface BackupStorageArgs {
  readonly blueprint: Blueprint;
  readonly backup: Backup;
}

/** Port of SFTP on Storage Boxes; port 22 has it too, but takes only older kinds of keys. */
export const sftpPort = 23;

/**
 * The Storage Box that backups are kept on, in another location than the database. Its owner is the database machine:
 * it has the only key.
 */
export class BackupStorage extends pulumi.ComponentResource {
  /** How to log in. */
  readonly connection: StorageConnection;
  /** Of the Storage Box. */
  readonly boxId: pulumi.Output<number>;

  constructor(name: string, { blueprint, backup }: BackupStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:BackupStorage", name, {}, opts);
    const { stack } = blueprint;
    const { protect } = blueprint.settings;
    const { type, location, hostKey } = backup.storage;

    const key = new KeyPair(name, { comment: `${stack}-backup` }, { parent: this, protect });
    const box = new StorageBox(
      name,
      {
        name: storageBoxName(stack, location),
        storageBoxType: type,
        location,
        // Hetzner requires one, though it is not used.
        password: storagePassword(name, this),
        sshKeys: [key.publicKey],
        labels: resourceLabels(blueprint, "backup"),
        accessSettings: {
          sshEnabled: true,
          // A restore works from anywhere, with what is in the safe and nothing else.
          reachableExternally: true,
          sambaEnabled: false,
          webdavEnabled: false,
          zfsEnabled: false,
        },
        // Who takes over the database machine can delete its backups, but no snapshots: they need the API.
        snapshotPlan: { maxSnapshots: snapshotsKept(backup), hour: 4, minute: 30 },
        deleteProtection: protect,
      },
      // Another key would replace the box, and all backups with it.
      { parent: this, protect, ignoreChanges: ["sshKeys"] },
    );

    this.boxId = box.id.apply(Number);
    this.connection = { host: box.server, port: sftpPort, user: box.username, privateKey: key.privateKey, hostKey };
    this.registerOutputs({ host: box.server });
  }
}
