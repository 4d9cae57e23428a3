/** Where everything about backups is on the database machine. */
export const backupPaths = {
  program: "/usr/local/lib/holdfast/backup",
  command: "/usr/local/sbin/holdfast-backup",
  /** What the program knows of its machine; nothing secret. */
  settings: "/etc/holdfast/backup.json",
  pgbackrest: "/etc/pgbackrest/pgbackrest.conf",
  /** Where the repositories are, and their keys: read by pgBackRest after its own file. */
  repository: "/etc/pgbackrest/conf.d/repository.conf",
  /** The old passphrase and the new one, while one takes the other's place. */
  passphrases: "/etc/pgbackrest/passphrases",
  privateKey: "/etc/pgbackrest/storage_key",
  knownHosts: "/etc/pgbackrest/known_hosts",
  /** Certificates that prove the bucket's server, where it has an authority of its own. */
  bucketCa: "/etc/pgbackrest/bucket_ca.pem",
  /** Folder of requests of jobs and their results, and the file that one of them locks at a time: root's alone. */
  run: "/run/holdfast-backup",
  /** Makes it at boot. */
  tmpfiles: "/etc/tmpfiles.d/holdfast-backup.conf",
  /** Makes the user who loads foreign dumps. */
  importer: "/etc/sysusers.d/holdfast-import.conf",
  /** Results that `holdfast status` and the failure report read: see results.ts. */
  backups: "/var/lib/holdfast/backup/backups.json",
  proof: "/var/lib/holdfast/backup/proof.json",
} as const;

/**
 * Folders that pgBackRest writes in, beside the volume. In the home of the user postgres it notes host keys that are not
 * pinned.
 */
export const writtenByPgBackRest = ["-/var/lib/pgbackrest", "-/var/log/pgbackrest", "-/var/lib/postgresql"] as const;

/** pgBackRest's name of the database; one repository is one stack's. */
export const stanza = "main";
