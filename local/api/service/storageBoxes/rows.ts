import type { Labels } from "../labels";

/** As the API calls them, because that is all that is done with most of them. */
export interface BoxAccess {
  readonly reachable_externally: boolean;
  readonly samba_enabled: boolean;
  readonly ssh_enabled: boolean;
  readonly webdav_enabled: boolean;
  readonly zfs_enabled: boolean;
}

/** The same of an account within a box. */
export interface SubaccountAccess extends Omit<BoxAccess, "zfs_enabled"> {
  readonly readonly: boolean;
}

/** When snapshots are made by themselves, in UTC; `null` means every one. Days of the week go from 1 (Monday) to 7. */
export interface SnapshotPlan {
  readonly max_snapshots: number;
  readonly minute: number;
  readonly hour: number;
  readonly day_of_week: number | null;
  readonly day_of_month: number | null;
}

/** A Storage Box. */
export interface StorageBoxRow {
  readonly id: number;
  readonly name: string;
  readonly labels: Labels;
  readonly created: number;
  readonly status: "initializing" | "active" | "locked";
  readonly type: number;
  readonly location: number;
  /** e.g. `u100012`; also the first part of its host name */
  readonly username: string;
  /** As /etc/shadow has it. */
  readonly passwordHash: string;
  /** Put into the box when it is made; its owner changes them inside, and nothing here knows. */
  readonly sshKeys: readonly string[];
  readonly access: BoxAccess;
  readonly plan: SnapshotPlan | null;
  readonly protection: { readonly delete: boolean };
  readonly ipv4: string;
  /** A /64 network. */
  readonly ipv6: string;
  /** Seconds after which a session without traffic is cut; a fault makes them fewer. */
  readonly idleTimeout: number;
}

/** An account for one folder of a box. */
export interface SubaccountRow {
  readonly id: number;
  readonly storageBox: number;
  readonly name: string;
  readonly description: string;
  readonly labels: Labels;
  readonly created: number;
  /** e.g. `u100012-sub1` */
  readonly username: string;
  readonly passwordHash: string;
  /** Within the box. */
  readonly homeDirectory: string;
  readonly access: SubaccountAccess;
}

/** What a box held at one time. */
export interface BoxSnapshotRow {
  readonly id: number;
  readonly storageBox: number;
  /** Chosen by the cloud: the time at which it was made. */
  readonly name: string;
  readonly description: string;
  readonly labels: Labels;
  readonly created: number;
  readonly isAutomatic: boolean;
}
