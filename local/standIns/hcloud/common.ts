import type { Values } from "../../../provider/grpc/types";
import type { HcloudClient } from "./client";
import type { Property } from "./properties";

/** Given by the program or made up by Check; never empty after it. */
export const nameProperty: Property = { kind: "string", computed: true };

/** Labels of an `sdk` resource. */
export const labelsProperty: Property = { kind: "labels", check: labelsProblem };

/** Labels of a `framework` resource. */
export const labelsWithDefault: Property = { ...labelsProperty, default: {} };

/** A yes or no that the program can leave out. */
export const flag: Property = { kind: "boolean", default: false };

/** Of a floating or primary IP. */
export const ipTypeProperty: Property = {
  kind: "string",
  required: true,
  replaces: true,
  check: (type) =>
    type === "ipv4" || type === "ipv6" ? undefined : `${JSON.stringify(type)} is neither ipv4 nor ipv6`,
};

/** A list of IP addresses in any order, empty when the program gives none. */
export const addressList: Property = { kind: "strings", unordered: true, default: [] };

/** For request bodies: what is empty is not sent. */
export function unlessEmpty<T>(value: T | undefined | null): T | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "object" && Object.keys(value).length === 0 ? undefined : value;
}

/** Sends one PUT for each of these fields that changed, in this order, as `sdk` resources do. */
export async function putEach(
  api: HcloudClient,
  path: string,
  changed: ReadonlySet<string>,
  bodies: Readonly<Record<string, Values>>,
): Promise<void> {
  for (const [property, body] of Object.entries(bodies)) {
    if (changed.has(property)) await api.put(path, body);
  }
}

/** Switches the delete protection of the object at this path, when it changed. */
export async function putProtection(
  api: HcloudClient,
  path: string,
  changed: ReadonlySet<string>,
  inputs: { readonly deleteProtection?: boolean },
): Promise<void> {
  if (!changed.has("deleteProtection")) return;
  await api.act(`${path}/actions/change_protection`, { delete: inputs.deleteProtection ?? false });
}

/** For checks: what is wrong with a value that is none of these, if anything. */
export const oneOf =
  (...values: readonly string[]) =>
  (value: unknown): string | undefined =>
    values.includes(String(value)) ? undefined : `${JSON.stringify(value)} is none of ${values.join(", ")}`;

/** The body of the one PUT that `framework` resources send: only what changed, maybe nothing. */
export function changedFields(changed: ReadonlySet<string>, fields: Readonly<Record<string, Values>>): Values {
  return Object.assign({}, ...Object.keys(fields).map((name) => (changed.has(name) ? fields[name] : {}))) as Values;
}

/** Looks an object up by id, then by name: imports may give either. */
export async function findByIdOrName<T>(
  api: HcloudClient,
  collection: string,
  idOrName: string,
): Promise<T | undefined> {
  const singular = collection.slice(1, -1);
  if (isId(idOrName)) {
    const found = await api.find<Record<string, T>>(`${collection}/${idOrName}`);
    if (found) return found[singular];
  }
  return findByName(api, `${collection}?`, idOrName);
}

/** @param query collection and further conditions, e.g. `/images?architecture=x86&` */
export async function findByName<T>(api: HcloudClient, query: string, name: string): Promise<T | undefined> {
  const listed = await api.get<Record<string, readonly T[]>>(`${query}name=${encodeURIComponent(name)}`);
  const collection = query.slice(1, query.indexOf("?"));
  return listed[collection].at(0);
}

/** Whether a text can be an id; anything else is looked up as a name. */
export function isId(text: string): boolean {
  return /^[1-9]\d*$/.test(text);
}

/** The id that an import gives, for resources that are found by nothing else. @throws when it is no number */
export function requireId(id: string): string {
  if (isId(id)) return id;
  throw new Error(`${JSON.stringify(id)} is not an id: a whole number is expected.`);
}

/** `datacenter: fsn1-dc14` means the location `fsn1`: data centers can no longer be chosen. */
export function locationOf(inputs: { location?: string; datacenter?: string }): string | undefined {
  return inputs.location ?? inputs.datacenter?.split("-")[0];
}

/** Hetzner's rules for labels. */
function labelsProblem(value: unknown): string | undefined {
  const name = /^[a-z0-9A-Z]([a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?$/;
  const prefix = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
  for (const [key, text] of Object.entries(value as Record<string, string>)) {
    const [last, before, ...more] = key.split("/").reverse();
    if (more.length > 0 || !name.test(last) || (before !== undefined && !prefix.test(before))) {
      return `the label key ${JSON.stringify(key)} is not as Hetzner wants it: up to 63 letters, digits, ._- inside`;
    }
    if (text !== "" && !name.test(text)) {
      return `the value ${JSON.stringify(text)} of label ${key} is not as Hetzner wants it: up to 63 letters, digits, ._- inside`;
    }
  }
  return undefined;
}
