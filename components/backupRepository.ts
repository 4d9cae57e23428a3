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
import { backupPaths as paths } from "../roles/database/backup/paths";
import { postgresqlVersion } from "../roles/database/packages";
import { heading, lines } from "../roles/text";
import type { DeferredFile } from "./machine";

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
  /** Of the second place for backups; absent in previews. */
  readonly bucketKeys?: S3Keys;
}

/** The encrypted repository on the storage: its passphrase, and the database machine's configuration of it. */
export class BackupRepository extends pulumi.ComponentResource {
  /** Everything that opens the backups: a secret. */
  readonly key: pulumi.Output<RepositoryKey>;
  /** For the database machine, by path. */
  readonly files: Readonly<Record<string, DeferredFile>>;

  constructor(name: string, args: BackupRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:BackupRepository", name, {}, opts);
    const { stack, settings } = args.blueprint;
    // Another passphrase does not open what is there: it stays for as long as the stack.
    const passphrase = new RandomPassword(
      name,
      { length: 48, special: false },
      { parent: this, protect: settings.protect, ignoreChanges: ["length", "special"] },
    );
    const bucket = bucketKey(args);
    this.key = pulumi.secret(
      pulumi.all([pulumi.output(args.storage), passphrase.result]).apply(([storage, secret]) => ({
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
    };
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
