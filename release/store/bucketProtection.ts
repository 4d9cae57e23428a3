import type { Bucket, S3Keys } from "../../blueprint/resolve/backup";
import { S3Client, textsOf, type S3Answer } from "./s3Client";

/** What a bucket lacks to keep backups that somebody deletes. */
export interface MissingProtection {
  readonly what: string;
  /** The command that adds it. */
  readonly fix: string;
}

/**
 * Asks a bucket whether it keeps what is deleted: with versions of each object, and a lock on them for as long as backups
 * are kept. Otherwise whoever has the database machine's key to it can delete every backup.
 *
 * @param days that the lock has to last
 * @returns what is missing; empty when nothing is
 * @throws UserError when the server does not answer
 */
export async function bucketProtection(
  bucket: Bucket,
  keys: S3Keys,
  days: number,
): Promise<readonly MissingProtection[]> {
  const client = new S3Client(bucket, keys);
  const versioning = await client.get("", { versioning: "" });
  const lock = await client.get("", { "object-lock": "" });
  return [...versioningProblems(bucket, versioning), ...lockProblems(bucket, lock, days)];
}

function versioningProblems(bucket: Bucket, { status, body }: S3Answer): MissingProtection[] {
  const fix = `${api(bucket, "put-bucket-versioning")} --versioning-configuration Status=Enabled`;
  if (status !== 200) return [{ what: unknown(bucket, "older versions", { status, body }), fix }];
  const [state] = textsOf(body.toString(), "Status");
  return state === "Enabled"
    ? []
    : [{ what: `the bucket ${bucket.bucket} keeps no older versions: what is deleted or overwritten is gone`, fix }];
}

function lockProblems(bucket: Bucket, answer: S3Answer, days: number): MissingProtection[] {
  const { status, body } = answer;
  const xml = body.toString();
  const rule = `ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=COMPLIANCE,Days=${days}}}`;
  const set = `${api(bucket, "put-object-lock-configuration")} --object-lock-configuration '${rule}'`;
  if (status === 404 && xml.includes("ObjectLockConfigurationNotFoundError")) {
    return [{ what: unlocked(bucket, "has no Object Lock"), fix: withNewBucket(bucket, set) }];
  }
  if (status !== 200) return [{ what: unknown(bucket, "an Object Lock", answer), fix: withNewBucket(bucket, set) }];
  const locked = lockedDays(xml);
  if (locked >= days) return [];
  const how =
    locked === 0
      ? "locks no objects in COMPLIANCE mode"
      : `locks objects for ${locked} days, and backups are kept for ${days}`;
  return [{ what: unlocked(bucket, how), fix: set }];
}

function unlocked({ bucket }: Bucket, how: string): string {
  return `the bucket ${bucket} ${how}: whoever has its key can delete all versions`;
}

/** Most servers, Hetzner's too, have Object Lock only in buckets that were made with it. */
function withNewBucket(bucket: Bucket, set: string): string {
  const name = `${bucket.bucket}-locked`;
  const make = `${api({ ...bucket, bucket: name }, "create-bucket")} --object-lock-enabled-for-bucket`;
  return `a bucket gets it when it is made: ${make} && ${set.replace(`--bucket ${bucket.bucket}`, `--bucket ${name}`)}; then name it in holdfast:backup.s3.bucket`;
}

/** Days of the default retention in COMPLIANCE mode, which nobody can shorten; GOVERNANCE has keys that can. */
function lockedDays(xml: string): number {
  if (textsOf(xml, "Mode")[0] !== "COMPLIANCE") return 0;
  return Number(textsOf(xml, "Days")[0] ?? 0) + 365 * Number(textsOf(xml, "Years")[0] ?? 0);
}

function unknown({ bucket }: Bucket, what: string, { status, body }: S3Answer): string {
  const code = textsOf(body.toString(), "Code")[0] ?? "";
  return `the bucket ${bucket} does not say whether it has ${what} (${status} ${code}), so deleted backups may be lost`.replace(
    " )",
    ")",
  );
}

function api({ bucket, endpoint }: Bucket, command: string): string {
  return `aws s3api ${command} --endpoint-url ${endpoint} --bucket ${bucket}`;
}
