import { messageOf, UserError } from "../../lib/errors";
import type { RepositoryKey } from "../../roles/database/backup/key";
import { thresholds } from "../../alerts/thresholds";
import { ago } from "../status/figures";
import type { CloudApi } from "../cloud/api";
import { readRepository, type StoredRepository } from "./repository";
import { bucketStorage, withBox } from "./storage";

/** A snapshot of the Storage Box, as the API lists it. */
export interface BoxSnapshot {
  readonly id: number;
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly is_automatic: boolean;
  /** Bytes. */
  readonly stats: { readonly size: number };
}

/** What the backup storage shows to somebody who does not ask the database machine. */
export interface OutsideView {
  readonly repositories: readonly StoredRepository[];
  /** The oldest first; absent when the API was not asked. */
  readonly snapshots?: readonly BoxSnapshot[];
  /** What is wrong, and what could not be looked at. */
  readonly problems: readonly string[];
  /** What is worth knowing and not wrong. */
  readonly notes: readonly string[];
}

/** How everything is reached. */
export interface LookOptions {
  readonly key: RepositoryKey;
  /** The box's address on this computer, if not its name. */
  readonly boxAddress?: string;
  /** Absent: snapshots are not looked at. */
  readonly box?: { readonly api: CloudApi; readonly id: string };
  /** Seconds since 1970. */
  readonly now: number;
}

/** Seconds. The database machine sends WAL every hour at the latest, even if nobody writes. */
const walPatience = 2 * 3600;

/** Looks at all places of a stack's backups. What fails becomes a problem, and the rest is still looked at. */
export async function lookFromOutside({ key, boxAddress, box, now }: LookOptions): Promise<OutsideView> {
  const problems: string[] = [];
  const notes: string[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(messageOf(error));
      return undefined;
    }
  };
  const unchecked = (hostKey: string) =>
    notes.push(
      `the Storage Box's host key was not compared, because holdfast:backup.storage.hostKey is not set: ${hostKey}`,
    );
  const onBox = await attempt(
    withBox({ key: key.storage, address: boxAddress, unchecked }, (storage) => readRepository(storage, key)),
  );
  const inBucket = key.s3 && (await attempt(readRepository(bucketStorage(key.s3), key)));
  const repositories = [onBox, inBucket].filter((one) => one !== undefined);
  const snapshots = box && (await attempt(snapshotsOf(box)));
  problems.push(...repositories.flatMap((one) => problemsOf(one, now)));
  if (snapshots) problems.push(...snapshotProblems(snapshots, now));
  return { repositories, ...(snapshots && { snapshots }), problems, notes };
}

async function snapshotsOf({ api, id }: { api: CloudApi; id: string }): Promise<readonly BoxSnapshot[]> {
  const path = `/storage_boxes/${id}/snapshots`;
  const answer = await api.find<{ snapshots: readonly BoxSnapshot[] }>(path);
  if (!answer)
    throw new UserError(`the Storage Box (id ${id}) does not exist in the project of the token that was used`);
  return [...answer.snapshots].sort((one, other) => Date.parse(one.created) - Date.parse(other.created));
}

/** What is wrong with one place. */
export function problemsOf({ place, list, backups, newestWal }: StoredRepository, now: number): string[] {
  const newest = backups.filter(({ hasFiles }) => hasFiles).at(-1);
  const empty = backups.filter(({ hasFiles }) => !hasFiles).map(({ label }) => label);
  const late = (what: string, time: number | undefined, patience: number) => {
    if (time === undefined) return [`${place} has no ${what}`];
    return now - time > patience ? [`the newest ${what} on ${place} is ${ago(now - time)} old`] : [];
  };
  return [
    ...(list === "missing"
      ? [`${place} has no list of backups (backup.info): somebody deleted it, or none was ever made`]
      : []),
    ...(list === "unreadable"
      ? [`${place} has a list of backups that does not open with the key: somebody changed it`]
      : []),
    ...(empty.length > 0 ? [`${place} lacks the files of ${empty.join(", ")}`] : []),
    ...late("backup", newest?.time, thresholds.backup),
    ...late("WAL", newestWal?.time, walPatience),
  ];
}

function snapshotProblems(snapshots: readonly BoxSnapshot[], now: number): string[] {
  const newest = snapshots.at(-1);
  if (!newest) return ["the Storage Box has no snapshot yet: Hetzner makes one each day"];
  const age = now - Date.parse(newest.created) / 1000;
  return age > thresholds.backup ? [`the newest snapshot of the Storage Box is ${ago(age)} old`] : [];
}
