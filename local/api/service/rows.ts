/**
 * What the cloud remembers of each kind, with references by id. Times are milliseconds since 1970; how the API shows a
 * row is the matter of the kind's view.
 */
import type { Store } from "../store/store";
import type { Indexes } from "../store/table";
import type { Command } from "./actions/delays";
import type { Labels } from "./labels";
import type { RrsetRow, ZoneRow } from "./zones/rows";
import type { BoxSnapshotRow, StorageBoxRow, SubaccountRow } from "./storageBoxes/rows";

/** A floating or primary IP is of one family. */
export type IpType = "ipv4" | "ipv6";

/** What all rows with names have in common. */
export interface Named {
  readonly id: number;
  readonly name: string;
  readonly labels: Labels;
  readonly created: number;
}

/** As the API says it; `unknown` after an action that failed half-way. */
export type ServerStatus =
  "initializing" | "starting" | "running" | "stopping" | "off" | "deleting" | "rebuilding" | "migrating" | "unknown";

/** A server's place in a private network. */
export interface PrivateNet {
  readonly network: number;
  readonly ip: string;
  readonly aliasIps: readonly string[];
  readonly mac: string;
}

/** A server: what the request said, and its present state. */
export interface ServerRow extends Named {
  readonly status: ServerStatus;
  readonly serverType: number;
  readonly image: number;
  readonly location: number;
  readonly placementGroup: number | null;
  readonly userData: string;
  /** Public keys as they were when the server was made: keys deleted later stay on it. */
  readonly sshKeys: readonly string[];
  readonly privateNets: readonly PrivateNet[];
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean };
  /** GB; stays when a larger type is taken without `upgrade_disk`. */
  readonly disk: number;
  readonly backupWindow: string | null;
}

/** The part of a network's range that lies in one zone. */
export interface Subnet {
  readonly type: "cloud" | "server" | "vswitch";
  readonly ipRange: string;
  readonly networkZone: string;
  readonly vswitchId: number | null;
}

/** Where a network sends what is for none of its servers. */
export interface Route {
  readonly destination: string;
  readonly gateway: string;
}

/** A private network. */
export interface NetworkRow extends Named {
  readonly ipRange: string;
  readonly subnets: readonly Subnet[];
  readonly routes: readonly Route[];
  readonly exposeRoutesToVswitch: boolean;
  readonly protection: { readonly delete: boolean };
}

/** One rule. An empty list of addresses belongs to the other direction. */
export interface FirewallRuleRow {
  readonly direction: "in" | "out";
  readonly protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  readonly port: string | null;
  readonly sourceIps: readonly string[];
  readonly destinationIps: readonly string[];
  readonly description: string | null;
}

/** What a firewall applies to. */
export type FirewallTarget =
  { readonly type: "server"; readonly server: number } | { readonly type: "label_selector"; readonly selector: string };

/** A cloud firewall. */
export interface FirewallRow extends Named {
  readonly rules: readonly FirewallRuleRow[];
  readonly appliedTo: readonly FirewallTarget[];
}

/** Servers that are kept apart. */
export interface PlacementGroupRow extends Named {
  readonly type: "spread";
}

/** A public key, known once in a project. */
export interface SshKeyRow extends Named {
  readonly publicKey: string;
  readonly fingerprint: string;
}

interface PublicIp extends Named {
  readonly type: IpType;
  /** An address, for IPv6 a /64 network such as `2001:db8:0:1::/64`. */
  readonly ip: string;
  readonly location: number;
  /** Address → name; addresses without an entry have the default name. */
  readonly dnsPtr: Readonly<Record<string, string>>;
  readonly protection: { readonly delete: boolean };
}

/** An address that moves from server to server. */
export interface FloatingIpRow extends PublicIp {
  readonly description: string;
  readonly server: number | null;
}

/** An address that belongs to a server, or waits for one. */
export interface PrimaryIpRow extends PublicIp {
  readonly assignee: number | null;
  readonly autoDelete: boolean;
}

/** A block device, attached to one server at most. */
export interface VolumeRow extends Named {
  /** GB */
  readonly size: number;
  readonly format: "ext4" | "xfs" | null;
  readonly location: number;
  readonly server: number | null;
  readonly status: "creating" | "available";
  readonly protection: { readonly delete: boolean };
}

/** A snapshot or backup; system images are a fixture. */
export interface ImageRow {
  readonly id: number;
  readonly type: "snapshot" | "backup";
  readonly description: string;
  readonly labels: Labels;
  readonly created: number;
  readonly status: "creating" | "available";
  readonly createdFrom: { readonly id: number; readonly name: string };
  readonly boundTo: number | null;
  /** The system image that it descends from. */
  readonly base: number;
  readonly diskSize: number;
  readonly protection: { readonly delete: boolean };
}

/** What an action concerns. */
export interface ResourceRef {
  readonly type:
    "server" | "network" | "firewall" | "floating_ip" | "primary_ip" | "volume" | "image" | "storage_box" | "zone";
  readonly id: number;
}

/** A change that takes its time. */
export interface ActionRow {
  readonly id: number;
  readonly command: Command;
  readonly status: "running" | "success" | "error";
  readonly started: number;
  /** When its own delay began to run; `null` while it waits for the action before it. */
  readonly begun: number | null;
  readonly finished: number | null;
  readonly resources: readonly ResourceRef[];
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What the command needs to know, so that it can be taken up again after a crash. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The action that has to succeed before this one begins. */
  readonly after: number | null;
}

/** All kinds, by the name of their table. A type and not an interface, so that it fits the store's `Record<string, Row>`. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type Tables = {
  servers: ServerRow;
  networks: NetworkRow;
  firewalls: FirewallRow;
  placement_groups: PlacementGroupRow;
  ssh_keys: SshKeyRow;
  floating_ips: FloatingIpRow;
  primary_ips: PrimaryIpRow;
  volumes: VolumeRow;
  images: ImageRow;
  storage_boxes: StorageBoxRow;
  storage_box_subaccounts: SubaccountRow;
  storage_box_snapshots: BoxSnapshotRow;
  zones: ZoneRow;
  zone_rrsets: RrsetRow;
  actions: ActionRow;
};

/** The tables and their changes: all of them, or those of one project. */
export type Rows = Pick<Store<Tables>, keyof Store<Tables>>;

const byName = { name: (row: Named) => [row.name] };

/** How rows are looked up, beside by id. */
export const indexes: { readonly [K in keyof Tables]: Indexes<Tables[K]> } = {
  servers: {
    ...byName,
    network: (row) => row.privateNets.map((net) => net.network),
    placementGroup: (row) => (row.placementGroup === null ? [] : [row.placementGroup]),
  },
  networks: byName,
  firewalls: byName,
  placement_groups: byName,
  ssh_keys: { ...byName, fingerprint: (row) => [row.fingerprint] },
  floating_ips: { ...byName, ip: (row) => [row.ip], server: (row) => (row.server === null ? [] : [row.server]) },
  primary_ips: { ...byName, ip: (row) => [row.ip], server: (row) => (row.assignee === null ? [] : [row.assignee]) },
  volumes: { ...byName, server: (row) => (row.server === null ? [] : [row.server]) },
  images: { server: (row) => [row.createdFrom.id] },
  storage_boxes: { ...byName, ip: (row) => [row.ipv4, row.ipv6] },
  storage_box_subaccounts: { box: (row) => [row.storageBox] },
  storage_box_snapshots: { box: (row) => [row.storageBox] },
  zones: byName,
  zone_rrsets: { zone: (row) => [row.zone] },
  actions: {
    status: (row) => [row.status],
    resource: (row) => row.resources.map((resource) => `${resource.type} ${String(resource.id)}`),
    kind: (row) => [...new Set(row.resources.map((resource) => resource.type))],
  },
};
