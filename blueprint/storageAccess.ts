/** What `holdfast:releases.store` says for the stack's own backup storage. */
export const backupStorageStore = "backup-storage";

/** Name of the stack's secret output that holds the way there. */
export const storageAccessOutput = "releaseStore";

/**
 * The account for releases on a stack's backup storage, in the words of `holdfast:releases`: other stacks that write it
 * into their settings use the same store.
 */
export interface StorageAccess {
  /** An address of the form `sftp://USER@HOST:PORT`. */
  readonly store: string;
  /** A secret. */
  readonly secretKey: string;
  /** In OpenSSH's form. */
  readonly hostKey: string;
}
