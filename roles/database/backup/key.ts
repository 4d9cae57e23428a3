import { lines } from "../../text";
import { stanza } from "./paths";

/**
 * Everything that reads a stack's backups, and nothing else does: where they are, how to get in, and the passphrase. It
 * belongs into a safe: its owner can read all data.
 */
export interface RepositoryKey {
  readonly version: 1;
  readonly stack: string;
  /** PostgreSQL's major version that the backups are of. */
  readonly postgresql: string;
  /** Folder of the repository, in each place. */
  readonly path: string;
  /** Of AES-256, which everything is encrypted with before it leaves the database machine. */
  readonly passphrase: string;
  readonly storage: StorageKey;
  readonly s3?: BucketKey;
}

/** The way to the Storage Box. */
export interface StorageKey {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** In OpenSSH's form. */
  readonly privateKey: string;
  /** In OpenSSH's form, without a comment; absent: whatever is shown at the first contact. */
  readonly hostKey?: string;
}

export interface BucketKey {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Certificates of the server's own authority, as PEM text; absent: those that the machine trusts. */
  readonly ca?: string;
}

/** Folder of a stack's repository on the Storage Box, whose users begin in /home; in the bucket as well. */
export function repositoryPath(stack: string): string {
  return `/home/holdfast-${stack}`;
}

/** Where the files that repository.conf names are. */
export interface KeyPaths {
  readonly privateKey: string;
  readonly knownHosts: string;
  readonly bucketCa: string;
}

/** Lines of pgBackRest's configuration that say where the repositories are and how to get in: secret. */
export function repositoryConf({ path, passphrase, storage, s3 }: RepositoryKey, paths: KeyPaths): string[] {
  return [
    "repo1-type=sftp",
    `repo1-path=${path}`,
    "repo1-cipher-type=aes-256-cbc",
    `repo1-cipher-pass=${passphrase}`,
    `repo1-sftp-host=${storage.host}`,
    `repo1-sftp-host-port=${storage.port}`,
    `repo1-sftp-host-user=${storage.user}`,
    `repo1-sftp-private-key-file=${paths.privateKey}`,
    "repo1-sftp-host-key-hash-type=sha256",
    ...(storage.hostKey
      ? ["repo1-sftp-host-key-check-type=strict", `repo1-sftp-known-host=${paths.knownHosts}`]
      : // Remembered in the home of the user that pgBackRest runs as.
        ["repo1-sftp-host-key-check-type=accept-new"]),
    ...(s3 ? bucketConf(path, passphrase, s3, paths) : []),
  ];
}

function bucketConf(path: string, passphrase: string, s3: BucketKey, { bucketCa }: KeyPaths): string[] {
  const { host, port } = new URL(s3.endpoint);
  return [
    "repo2-type=s3",
    `repo2-path=${path}`,
    "repo2-cipher-type=aes-256-cbc",
    `repo2-cipher-pass=${passphrase}`,
    `repo2-s3-endpoint=${port ? host : host.replace(/:\d+$/, "")}`,
    // Buckets as host names would each need a certificate.
    "repo2-s3-uri-style=path",
    `repo2-s3-bucket=${s3.bucket}`,
    `repo2-s3-region=${s3.region}`,
    `repo2-s3-key=${s3.accessKey}`,
    `repo2-s3-key-secret=${s3.secretKey}`,
    ...(s3.ca === undefined ? [] : [`repo2-storage-ca-file=${bucketCa}`]),
  ];
}

/** A line of known_hosts; ports other than 22 belong to the name. */
export function knownHost({ host, port, hostKey }: StorageKey): string {
  return hostKey ? `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}\n` : "";
}

/**
 * A complete configuration for reading a repository from a machine that is not its own, by file name.
 *
 * @param folder where the files will be
 * @param data the data directory to restore into
 */
export function foreignFiles(key: RepositoryKey, folder: string, data: string): Readonly<Record<string, string>> {
  const paths = {
    privateKey: `${folder}/storage_key`,
    knownHosts: `${folder}/known_hosts`,
    bucketCa: `${folder}/bucket_ca.pem`,
  };
  return {
    "pgbackrest.conf": lines(
      "[global]",
      ...repositoryConf(key, paths),
      "process-max=4",
      "log-level-file=off",
      // Beside the files, where nobody else may lay a lock.
      `lock-path=${folder}/lock`,
      "",
      `[${stanza}]`,
      `pg1-path=${data}`,
    ),
    storage_key: key.storage.privateKey,
    known_hosts: knownHost(key.storage),
    ...(key.s3?.ca !== undefined && { "bucket_ca.pem": key.s3.ca }),
  };
}
