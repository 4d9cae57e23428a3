import { StorageBoxSubaccount } from "@pulumi/hcloud/storageBoxSubaccount";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import type { CloudTarget } from "../blueprint/cloudTarget";
import type { StorageAccess } from "../blueprint/storageAccess";
import { HostKey } from "../provider/keys/hostKey";
import { sftpPort } from "./backupStorage";
import { resourceLabels } from "./labels";
import type { Rotations } from "./rotations";
import { storagePassword } from "./storagePassword";

export interface ReleaseStorageArgs {
  readonly blueprint: Blueprint;
  /** Of the Storage Box that has the backups. */
  readonly boxId: pulumi.Input<number>;
  readonly rotations: Rotations;
  /** See `CloudTarget`. */
  readonly resolveHost?: CloudTarget["resolveHost"];
}

/** Where releases are on the Storage Box: beside the backups, whose folder is named after the stack. */
const folder = "releases";

/**
 * A place for releases on the Storage Box of the backups: an account that sees its own folder and nothing of the backups.
 * Unlike the backups' key, its password is for people and pipelines.
 */
export class ReleaseStorage extends pulumi.ComponentResource {
  /** How to log in; a secret. */
  readonly access: pulumi.Output<StorageAccess>;

  constructor(name: string, args: ReleaseStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ReleaseStorage", name, {}, opts);
    const { blueprint, boxId, resolveHost, rotations } = args;
    const { protect, backup } = blueprint.settings;

    const password = rotations.newest("releases", name, (one, dependsOn) =>
      storagePassword(one, { parent: this, dependsOn }),
    );
    const account = new StorageBoxSubaccount(
      name,
      {
        storageBoxId: boxId,
        name,
        description: `releases of ${blueprint.stack}`,
        homeDirectory: folder,
        password,
        accessSettings: {
          sshEnabled: true,
          // Pipelines that build releases run anywhere.
          reachableExternally: true,
          readonly: false,
          sambaEnabled: false,
          webdavEnabled: false,
        },
        labels: resourceLabels(blueprint, "releases"),
      },
      { parent: this, protect },
    );

    const host = resolveHost ? account.server.apply(resolveHost) : account.server;
    // Clients send the password to the server, so they must know its host key before.
    const hostKey =
      backup?.storage.hostKey ?? new HostKey(name, { host, port: sftpPort }, { parent: this, protect }).publicKey;
    const store = pulumi.interpolate`sftp://${account.username}@${host}:${sftpPort}`;
    this.access = pulumi.secret(
      pulumi
        .all([store, password, hostKey])
        .apply(([address, secretKey, known]) => ({ store: address, secretKey, hostKey: known })),
    );
    this.registerOutputs({});
  }
}
