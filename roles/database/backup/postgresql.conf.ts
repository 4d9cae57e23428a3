import { heading, lines } from "../../text";
import { stanza } from "./paths";

/** Seconds after which PostgreSQL hands over a WAL segment that is not full. */
export const archiveTimeout = 50;

/** Seconds in which a segment that was handed over is on the storage, while that answers. */
export const sending = 10;

/** PostgreSQL's settings for backups, in its conf.d. */
export function archiving(): string {
  return lines(
    heading(),
    "archive_mode = on",
    `archive_command = 'pgbackrest --stanza=${stanza} archive-push %p'`,
    `archive_timeout = ${archiveTimeout}s`,
  );
}
