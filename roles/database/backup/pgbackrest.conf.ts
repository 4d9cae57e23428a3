import type { Backup } from "../../../blueprint/resolve/backup";
import { heading, lines } from "../../text";
import { stanza } from "./paths";
import type { DatabasePlace } from "./place";
import { archiveQueue } from "./queue";

/** What may be seen of pgBackRest's configuration; where the repositories are comes in a file beside it. */
export function pgbackrestConf(
  { retentionDays, s3 }: Backup,
  { database, dataDirectory, mount }: DatabasePlace,
): string {
  return lines(
    heading(),
    "[global]",
    // In /tmp, units with a private one would not see each other's.
    "lock-path=/var/lib/pgbackrest/lock",
    "log-level-console=warn",
    "log-level-file=info",
    "compress-type=zst",
    // A backup begins with a checkpoint now, instead of in some minutes.
    "start-fast=y",
    "",
    "# WAL: PostgreSQL does not wait for the storage. What waits is on the volume, and so is the queue's spool.",
    "archive-async=y",
    `spool-path=${mount}/pgbackrest-spool`,
    `archive-push-queue-max=${archiveQueue(database.volume.size)}MiB`,
    // Ten sessions are all that a Storage Box gives, and each process may take two.
    "process-max=2",
    "# A line that is dead is noticed within two minutes.",
    "tcp-keep-alive-idle=60",
    "tcp-keep-alive-interval=20",
    "tcp-keep-alive-count=3",
    "",
    ...repositories(s3 ? 2 : 1, retentionDays),
    "",
    "[global:restore]",
    "process-max=4",
    "",
    "[global:archive-push]",
    "process-max=1",
    // All places are asked before a segment is sent to any, and one that is away is tried for many times as long as this:
    // meanwhile the other gets nothing. What is slower than that is tried again.
    ...(s3 ? ["io-timeout=3"] : []),
    "",
    `[${stanza}]`,
    `pg1-path=${dataDirectory}`,
    `pg1-port=${database.port}`,
    "pg1-socket-path=/run/postgresql",
  );
}

/**
 * Small files are put together everywhere, so that a session opens few. Storing of large ones only what changed in them
 * is for the bucket: pgBackRest 2.55 restores such a file by opening the repository's anew for each piece, over SFTP
 * without closing it, until the server's limit of open files ends the session.
 */
function repositories(count: number, retentionDays: number): string[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((number) => [
    `repo${number}-bundle=y`,
    `repo${number}-block=${number === 1 ? "n" : "y"}`,
    `repo${number}-retention-full-type=time`,
    `repo${number}-retention-full=${retentionDays}`,
  ]);
}
