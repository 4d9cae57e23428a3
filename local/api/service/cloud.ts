import type { AddressPlan } from "../../network/addresses";
import type { Actions } from "./actions/actions";
import type { Clock } from "./clock";
import { notFound } from "./errors";
import type { Provisioner } from "./provisioner";
import type { ResourceRef, Rows, Tables } from "./rows";

/** Everything that the rules of one local cloud work with. */
export interface Cloud {
  /** For a request: what its token's project has. */
  readonly store: Rows;
  /** What all projects have. */
  readonly allProjects: Rows;
  readonly clock: Clock;
  readonly actions: Actions;
  readonly provisioner: Provisioner;
  /** Where public addresses come from. */
  readonly addresses: AddressPlan;
  readonly log: (line: string) => void;
}

/** The API's name of a kind, by its table: the property of its answers, and its type in actions. */
export const typeOf = {
  servers: "server",
  networks: "network",
  firewalls: "firewall",
  placement_groups: "placement_group",
  ssh_keys: "ssh_key",
  floating_ips: "floating_ip",
  primary_ips: "primary_ip",
  volumes: "volume",
  images: "image",
  storage_boxes: "storage_box",
  zones: "zone",
} as const;

/** The table of what an action concerns. */
export function tableOf({ type }: ResourceRef): ActionTable {
  const tables = Object.keys(typeOf) as (keyof typeof typeOf)[];
  return tables.find((table) => typeOf[table] === type) as ActionTable;
}

/** Kinds that have actions. */
export type ActionTable = Exclude<keyof typeof typeOf, "placement_groups" | "ssh_keys">;

/** How messages call a table's rows. */
const kinds: Readonly<Record<keyof Tables, string>> = {
  servers: "server",
  networks: "network",
  firewalls: "firewall",
  placement_groups: "placement group",
  ssh_keys: "SSH key",
  floating_ips: "floating IP",
  primary_ips: "primary IP",
  volumes: "volume",
  images: "image",
  storage_boxes: "storage box",
  storage_box_subaccounts: "subaccount",
  storage_box_snapshots: "snapshot",
  zones: "zone",
  zone_rrsets: "rrset",
  actions: "action",
};

/** The row with this id, which may come straight from a path. @throws not_found */
export function found<K extends keyof Tables>(cloud: Cloud, table: K, id: number | string): Tables[K] {
  const row = /^\d+$/.test(String(id)) ? cloud.store.get(table, Number(id)) : undefined;
  if (row === undefined) throw notFound(kinds[table], id);
  return row;
}
