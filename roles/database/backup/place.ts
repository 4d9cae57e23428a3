import type { Database } from "../../../blueprint/database";

/** What backups have to know of the database role's own arrangement. */
export interface DatabasePlace {
  readonly database: Database;
  /** PostgreSQL's major version. */
  readonly version: string;
  /** Debian's name of the cluster. */
  readonly cluster: string;
  readonly dataDirectory: string;
  /** Where the volume is mounted: above the data directory. */
  readonly mount: string;
  /** Units that bring roles and passwords to what the stack says. */
  readonly roleUnits: readonly string[];
}
