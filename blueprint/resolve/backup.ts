import { type LocationName, storageBoxTypes, type StorageBoxTypeName } from "../../catalog";
import { areCertificates } from "../pem";
import type { Problem } from "../problems";
import type { BackupSection } from "../sections/backup";
import type { SettingsSource } from "../settingsSource";

/** The settings of backups, without secrets. */
export interface Backup {
  readonly storage: {
    readonly type: StorageBoxTypeName;
    readonly location: LocationName;
    /** In OpenSSH's form, without a comment; absent: the one of the first contact. */
    readonly hostKey?: string;
  };
  readonly retentionDays: number;
  /** Whether the Storage Box is in a project of its own, which no token on a machine opens. */
  readonly isApart: boolean;
  /** A second place for the same backups. */
  readonly s3?: Bucket;
}

export interface Bucket {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** Certificates of the server's own authority, as PEM text; absent: those that Debian trusts. */
  readonly ca?: string;
}

/** The box's name in the cloud: with its location, so that a box elsewhere can be made while this one is still there. */
export function storageBoxName(stack: string, location: Backup["storage"]["location"]): string {
  return `${stack}-backup-${location}`;
}

/** A week to notice that somebody deleted the backups, even where fewer days of them are kept. */
const leastSnapshots = 7;

/**
 * Snapshots of the box that are kept, one of each day: as many as there are days of backups, as far as Hetzner keeps so
 * many for a box of that type.
 */
export function snapshotsKept({ storage, retentionDays }: Pick<Backup, "storage" | "retentionDays">): number {
  return Math.min(Math.max(retentionDays, leastSnapshots), storageBoxTypes[storage.type].automaticSnapshots);
}

/** Keys of the bucket in `backup.s3`. */
export interface S3Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The settings of backups, and their secrets apart. */
interface ResolvedBackup {
  readonly backup: Backup;
  readonly keys?: S3Keys;
  /** Of the second project. */
  readonly token?: string;
}

/** Separates the public part from the keys, and checks that the keys were written as secrets. */
export function resolveBackup(
  { storage, retentionDays, token, s3 }: BackupSection,
  location: LocationName | undefined,
  { preview, isSecret }: Pick<SettingsSource, "preview" | "isSecret">,
): { value: ResolvedBackup; problems: readonly Problem[] } {
  const backup: Backup = {
    storage: { ...storage, location: storage.location ?? (location === "hel1" ? "fsn1" : "hel1") },
    retentionDays,
    isApart: token !== undefined,
    ...(s3 && { s3: bucketOf(s3) }),
  };
  const { accessKey, secretKey } = s3 ?? {};
  const keys = accessKey !== undefined && secretKey !== undefined ? { accessKey, secretKey } : undefined;
  const missing = s3 && !preview ? Object.entries({ accessKey, secretKey }).filter(([, value]) => !value) : [];
  const areSecret = isSecret("holdfast:backup");
  const plain = (accessKey ?? secretKey) !== undefined && !areSecret;
  return {
    value: { backup, ...(keys && { keys }), ...(token !== undefined && { token }) },
    problems: [
      ...missing.map(([name]) => missingKey(name)),
      ...(plain ? [plainKey] : []),
      ...(token !== undefined && !areSecret ? [plainToken] : []),
      ...(s3?.ca !== undefined && !areCertificates(s3.ca) ? [noCertificate] : []),
    ],
  };
}

function bucketOf({ endpoint, bucket, region, ca }: NonNullable<BackupSection["s3"]>): Bucket {
  return { endpoint, bucket, region, ...(ca !== undefined && { ca: `${ca.trim()}\n` }) };
}

function missingKey(name: string): Problem {
  const setting = `holdfast:backup.s3.${name}`;
  return {
    setting,
    wrong: "is missing",
    why: "a bucket accepts no request without its keys",
    fix: `make a key for this bucket alone, and give it with \`pulumi config set --secret --path '${setting}' VALUE\``,
  };
}

const noCertificate: Problem = {
  setting: "holdfast:backup.s3.ca",
  wrong: "is not a certificate",
  why: "without it the server cannot be told from another, so it would get no backups",
  fix: "copy the file again, whole: `openssl x509 -noout -subject -in FILE` says whose it is",
};

const plainToken: Problem = {
  setting: "holdfast:backup.token",
  wrong: "is written in plain text",
  why: "anybody who reads this file could delete every backup",
  fix: "revoke that token at Hetzner, make a new one, and give it with `pulumi config set --secret --path holdfast:backup.token`",
};

const plainKey: Problem = {
  setting: "holdfast:backup.s3",
  wrong: "has keys in plain text",
  why: "anybody who reads this file could delete every backup in the bucket",
  fix: "make new keys, and give each with `pulumi config set --secret --path 'holdfast:backup.s3.NAME' VALUE`",
};
