import type { z } from "zod";
import type { LocationName } from "../catalog";
import type { Admin } from "./resolve/admin";
import type { Backup, S3Keys } from "./resolve/backup";
import type { Release } from "./resolve/release";
import type { StorePlace } from "./resolve/store";
import type { schema, SettingName } from "./schema";
import type { AppSettings } from "./sections/app";
import type { DatabaseSettings } from "./sections/database";
import type { LoadBalancerSettings } from "./sections/loadBalancer";

/** What a person wrote about one environment, checked, with every default filled in. */
export interface Settings {
  readonly stack: string;
  readonly location: LocationName;
  readonly app: AppSettings;
  readonly release: Release;
  readonly loadBalancer: LoadBalancerSettings;
  /** Absent: the stack has no database. */
  readonly database?: DatabaseSettings;
  /** Absent: the database has no backups. */
  readonly backup?: Backup;
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
  /** Where releases are kept, with the keys to it. */
  readonly store: StorePlace;
}

/** Sections that are right by themselves; rules that need one that is not have nothing to say. */
export type Draft = { readonly stack: string; readonly preview: boolean } & {
  readonly [Name in SettingName]?: z.output<(typeof schema)[Name]>;
} & {
  readonly resolvedAdmin?: Admin;
  readonly release?: Release;
  /** Sections that are written and not right: not there, but not missing either. @default none */
  readonly broken?: readonly SettingName[];
};
