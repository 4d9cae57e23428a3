import type { Cloud } from "./cloud";
import { ApiError, invalidField } from "./errors";
import { checkedLabels, type Labels } from "./labels";
import type { ResourceRef, Tables } from "./rows";

/** Kinds with names that are unique in a project. */
export type NamedTable = Exclude<
  keyof Tables,
  "actions" | "images" | "storage_box_subaccounts" | "storage_box_snapshots" | "zones" | "zone_rrsets"
>;

/** A name that nothing else of the kind has. @throws invalid_input, uniqueness_error */
export function checkedName(cloud: Cloud, table: NamedTable, name: string, own?: number): string {
  if (name === "") throw invalidField("name", "must not be empty");
  if (name.length > 255) throw invalidField("name", "is longer than 255 characters");
  if (cloud.store.find(table, "name", name).some((row) => row.id !== own)) {
    throw new ApiError("uniqueness_error", `the name "${name}" is already used`, { fields: [{ name: "name" }] });
  }
  return name;
}

/** What a request may change of every named resource. */
export interface NamedUpdate {
  readonly name?: string;
  readonly labels?: Labels;
}

/** Name and labels of an update; what the request leaves out stays. */
export function checkedUpdate(
  cloud: Cloud,
  table: NamedTable,
  row: { readonly id: number; readonly name: string; readonly labels: Labels },
  body: NamedUpdate,
): { name: string; labels: Labels } {
  return {
    name: body.name === undefined ? row.name : checkedName(cloud, table, body.name, row.id),
    labels: body.labels === undefined ? row.labels : checkedLabels(body.labels),
  };
}

/** @throws protected */
export function assertNotProtected(what: string, protection: { readonly delete: boolean }): void {
  if (protection.delete) throw new ApiError("protected", `${what} is protected from deletion`);
}

/** For actions: that they concern this server. */
export function serverRef(id: number): ResourceRef {
  return { type: "server", id };
}
