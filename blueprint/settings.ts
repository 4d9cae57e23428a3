import type { Admin } from "./resolve/admin";
import type { Backup, S3Keys } from "./resolve/backup";
import type { Https, HttpsSecrets } from "./resolve/https";
import type { Monitor, MonitorSecrets } from "./resolve/monitor";
import type { Release } from "./resolve/release";
import type { StorePlace } from "./resolve/store";
import type { CheckedSections } from "./sections";

/** Sections that are used as they are written. The others hold secrets, or are resolved by readSettings.ts. */
export type PlainSettings = Omit<
  CheckedSections,
  "admin" | "backup" | "failoverToken" | "https" | "monitor" | "releases"
>;

/** What a person wrote about one environment, checked, with every default filled in. */
export interface Settings extends PlainSettings {
  readonly stack: string;
  readonly release: Release;
  /** Absent: the stack serves http alone. */
  readonly https?: Https;
  /** Absent: the database has no backups. */
  readonly backup?: Backup;
  /** Absent: nobody watches the stack. */
  readonly monitor?: Monitor;
  /** Whether releases are kept on the Storage Box of the backups. */
  readonly releasesInBackupStorage: boolean;
  readonly admin: Admin;
  readonly protect: boolean;
  /** Whether a value of app.environment was written as a secret; then the whole file of them is one. */
  readonly environmentIsSecret: boolean;
}

/** What must not get into the blueprint, which is shown to anybody. */
export interface SecretSettings {
  /** Absent in previews and in local stacks. */
  readonly failoverToken?: string;
  /** Of the second place for backups, if there is one; absent in previews. */
  readonly backupKeys?: S3Keys;
  /** Of the second project, which has the Storage Box; absent: it is in the machines' project. */
  readonly backupToken?: string;
  /** Keys of certificates that somebody brought; absent without https. */
  readonly https?: HttpsSecrets;
  /** Addresses and passwords of the monitor's channels. */
  readonly monitor?: MonitorSecrets;
  /** Where releases are kept, with the keys to it. */
  readonly store: StorePlace;
}
