import { heading, lines } from "../../text";
import { stanza } from "./paths";

/** Seconds after which PostgreSQL hands over a WAL segment that is not full: what a lost machine may cost. */
export const archiveTimeout = 60;

/** What PostgreSQL is told about backups, in its conf.d. */
export function archiving(): string {
  return lines(
    heading(),
    "archive_mode = on",
    `archive_command = 'pgbackrest --stanza=${stanza} archive-push %p'`,
    `archive_timeout = ${archiveTimeout}s`,
  );
}
