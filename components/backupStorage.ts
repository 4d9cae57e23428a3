import { StorageBox } from "@pulumi/hcloud/storageBox";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import { type Backup, snapshotsKept, storageBoxName } from "../blueprint/resolve/backup";
import { KeyPair } from "../provider/keys/keyPair";
import type { StorageConnection } from "./backupRepository";
import { AuthorizedKeys } from "../provider/keys/authorizedKeys";
import { HostKey } from "../provider/keys/hostKey";
import { resourceLabels } from "./labels";
import type { Rotations, Values } from "./rotations";
import { storagePassword } from "./storagePassword";
import type { CloudTarget } from "../blueprint/cloudTarget";

export interface BackupStorageArgs {
  readonly blueprint: Blueprint;
  readonly backup: Backup;
  readonly rotations: Rotations;
  /** See `CloudTarget`. */
  readonly resolveHost?: CloudTarget["resolveHost"];
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

  constructor(name: string, args: BackupStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:BackupStorage", name, {}, opts);
    const { blueprint, backup, rotations } = args;
    const { stack } = blueprint;
    const { protect } = blueprint.settings;
    const { type, location } = backup.storage;

    const keys = rotations.both(
      "storage",
      name,
      (one, { dependsOn, leaves }) =>
        new KeyPair(one, { comment: `${stack}-backup` }, { parent: this, protect: protect && !leaves, dependsOn }),
    );
    const box = new StorageBox(
      name,
      {
        name: storageBoxName(stack, location),
        storageBoxType: type,
        location,
        // Hetzner requires one, though it is not used.
        password: rotations.newest("storage", name, (one, dependsOn) =>
          storagePassword(one, { parent: this, dependsOn }),
        ),
        sshKeys: [keys.current.publicKey],
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
      // Another key would replace the box, and all backups with it: Hetzner takes keys only for a new one.
      { parent: this, protect, ignoreChanges: ["sshKeys"] },
    );

    this.boxId = box.id.apply(Number);
    const privateKey = this.changeKeys(name, args, box, keys);
    const { hostKey } = backup.storage;
    this.connection = { host: box.server, port: sftpPort, user: box.username, privateKey, hostKey };
    this.registerOutputs({ host: box.server });
  }

  /** Writes the keys that let in onto the box, once they are others than it was made with; gives the one to use. */
  private changeKeys(
    name: string,
    { backup, blueprint: { settings }, resolveHost }: BackupStorageArgs,
    box: StorageBox,
    { generation, phase, old, current }: Values<KeyPair>,
  ): pulumi.Output<string> {
    if (generation === 0 && phase === 0) return current.privateKey;
    const host = resolveHost ? box.server.apply(resolveHost) : box.server;
    const shown = () => new HostKey(name, { host, port: sftpPort }, { parent: this, protect: settings.protect });
    const all = [current, ...(old ? [old] : [])];
    const written = new AuthorizedKeys(
      name,
      {
        host,
        port: sftpPort,
        user: box.username,
        hostKey: backup.storage.hostKey ?? shown().publicKey,
        publicKeys: all.map(({ publicKey }) => publicKey),
        privateKeys: all.map(({ privateKey }) => privateKey),
      },
      { parent: this },
    );
    // Nobody uses a key before it is there.
    return pulumi.all([written.id, current.privateKey]).apply(([, privateKey]) => privateKey);
  }
}
