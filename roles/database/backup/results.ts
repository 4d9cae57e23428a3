/** /var/lib/holdfast/backup/backups.json: what was in the repository when it was last asked. Written by program/backups.py. */
export interface BackupsFile {
  readonly version: 1;
  /** ISO 8601: when `backups` was true; null: never. */
  readonly updated: string | null;
  /** ISO 8601: when it was last tried; absent: never. */
  readonly checked?: string;
  /** Why backups do not work at the moment; null: they do. */
  readonly problem?: string | null;
  /** ISO 8601: when PostgreSQL last handed WAL over; null: never, or PostgreSQL did not answer. */
  readonly lastArchived: string | null;
  /** Oldest first. */
  readonly backups: readonly RecordedBackup[];
  /** Numbers of all repositories that are configured; absent: the first look has failed. */
  readonly repositories?: readonly number[];
  /** Moments that can be restored, oldest first; absent: not known yet. Between two of them, WAL is missing. */
  readonly restorable?: readonly Restorable[];
  /** ISO 8601: when the newest WAL reached its repository; null: none has. */
  readonly restorableUntil?: string | null;
  /** What is remembered of the archives, for the next look: the program's own. */
  readonly archive?: unknown;
}

/** A span of moments, any of which can be restored. ISO 8601. */
export interface Restorable {
  readonly from: string;
  /** null: until `restorableUntil`. */
  readonly to: string | null;
}

export interface RecordedBackup {
  readonly label: string;
  readonly kind: "full" | "diff" | "incr";
  /** 1: the Storage Box, 2: the bucket. */
  readonly repository: number;
  /** ISO 8601: the earliest moment to which it can be restored. */
  readonly finished: string;
  /** Bytes of the database that it restores. */
  readonly size: number;
  /** Bytes that it takes in the repository. */
  readonly stored: number;
  /** Whether it is of the database that the repository belongs to now. */
  readonly ours: boolean;
  /** Whether PostgreSQL's page checksums did not match when it was made. */
  readonly damaged: boolean;
}

/**
 * /var/lib/holdfast/backup/proof.json: the proof that promises least of the last ones, and all of them. Written by
 * program/proving.py; absent: there was none.
 */
export interface ProofFile extends Proof {
  readonly version: 1;
  /** The last one of each repository. */
  readonly repositories: readonly Proof[];
}

/** A backup was restored, or should have been. */
export interface Proof {
  /** As in RecordedBackup; null when it did not come to choosing a backup. */
  readonly repository?: number | null;
  /** ISO 8601 */
  readonly finished: string;
  readonly ok: boolean;
  /** Why it is not ok; null when it is. */
  readonly reason: string | null;
  /** Label; null when it did not come to choosing one. */
  readonly backup: string | null;
  readonly backupFinished: string | null;
  /** How old the backup was when it was proven. */
  readonly ageSeconds: number | null;
  /** Of the database. */
  readonly bytes: number | null;
  /** All of it. */
  readonly seconds: number;
  /** Restore and replay of WAL alone: what a restore in earnest would take; null when it failed before. */
  readonly restoreSeconds: number | null;
  /** How many tables and rows were compared. */
  readonly tables: number;
  readonly rows: number;
}
