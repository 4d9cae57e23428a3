import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { Blueprint } from "../blueprint/blueprint";
import type { S3Keys } from "../blueprint/resolve/backup";
import {
  type BucketKey,
  knownHost,
  type RepositoryKey,
  repositoryConf,
  repositoryPath,
} from "../roles/database/backup/key";
import { passphraseFiles, passphraseUnit } from "../roles/database/backup/passphrase";
import { backupPaths as paths } from "../roles/database/backup/paths";
import { databasePaths } from "../roles/database/paths";
import { postgresqlVersion } from "../roles/database/packages";
import { heading, lines } from "../roles/text";
import type { DeferredFile } from "./machine";
import type { Rotations } from "./rotations";

/** The way to the Storage Box, as components/backupStorage.ts gives it. */
export interface StorageConnection {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly user: pulumi.Input<string>;
  /** In OpenSSH's form; secret. */
  readonly privateKey: pulumi.Input<string>;
  /** In OpenSSH's form; absent: that of the first contact. */
  readonly hostKey?: pulumi.Input<string | undefined>;
}

export interface BackupRepositoryArgs {
  readonly blueprint: Blueprint;
  readonly storage: StorageConnection;
  readonly rotations: Rotations;
  /** Of the second place for backups; absent in previews. */
  readonly bucketKeys?: S3Keys;
}

/** The encrypted repository on the storage: its passphrase, and the database machine's configuration of it. */
export class BackupRepository extends pulumi.ComponentResource {
  /** Everything that opens the backups: a secret. */
  readonly key: pulumi.Output<RepositoryKey>;
  /** For the database machine, by path. */
  readonly files: Readonly<Record<string, DeferredFile>>;
  /** For the database machine, while one passphrase takes the place of another. */
  readonly units: readonly (typeof passphraseUnit)[];

  constructor(name: string, args: BackupRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:BackupRepository", name, {}, opts);
    const { stack, settings } = args.blueprint;
    const { old, current, phase } = args.rotations.both(
      "backup-passphrase",
      name,
      (one, { dependsOn, leaves }) =>
        new RandomPassword(
          one,
          { length: 48, special: false },
          // Another passphrase does not open what is there, so only a rotation changes it.
          { parent: this, protect: settings.protect && !leaves, ignoreChanges: ["length", "special"], dependsOn },
        ),
    );
    // First the machine knows both, then it uses the new one, then it forgets the old one.
    const used = old && phase === 1 ? old : current;
    const both = old && pulumi.secret(pulumi.interpolate`${old.result}\n${current.result}\n`);
    const bucket = bucketKey(args);
    this.key = pulumi.secret(
      pulumi.all([pulumi.output(args.storage), used.result]).apply(([storage, secret]) => ({
        version: 1 as const,
        stack,
        postgresql: postgresqlVersion,
        path: repositoryPath(stack),
        passphrase: secret,
        storage,
        ...(bucket && { s3: bucket }),
      })),
    );
    this.files = {
      [paths.repository]: mine(this.key.apply((key) => lines(heading(), "[global]", ...repositoryConf(key, paths)))),
      [paths.privateKey]: mine(this.key.apply(({ storage }) => storage.privateKey)),
      [paths.knownHosts]: mine(this.key.apply(({ storage }) => knownHost(storage))),
      ...(bucket?.ca !== undefined && { [paths.bucketCa]: mine(pulumi.output(bucket.ca)) }),
      ...(both && { [paths.passphrases]: mine(both) }),
      ...(both && passphraseFiles(databasePaths.mount)),
    };
    this.units = both ? [passphraseUnit] : [];
    this.registerOutputs({});
  }
}

/** For pgBackRest alone, which runs as postgres. */
function mine(content: pulumi.Output<string>): DeferredFile {
  return { content, owner: "postgres", group: "postgres", mode: "0600" };
}

function bucketKey({ blueprint, bucketKeys }: BackupRepositoryArgs): BucketKey | undefined {
  const s3 = blueprint.settings.backup?.s3;
  return s3 && { ...s3, accessKey: bucketKeys?.accessKey ?? "", secretKey: bucketKeys?.secretKey ?? "" };
}
