import { named, storageBoxLocationNames, storageBoxTypes as types } from "../../../../catalog";
import { invalidField } from "../errors";

/** What Hetzner offers; sizes in TiB. */
export const storageBoxTypes = named(types);
/** One of them. */
export type StorageBoxType = (typeof storageBoxTypes)[number];

/** Names of the locations that have Storage Boxes. */
export const storageBoxLocations: readonly string[] = storageBoxLocationNames;

/** By name or id. @throws invalid_input */
export function findStorageBoxType(key: string | number): StorageBoxType {
  const type = storageBoxTypes.find(({ id, name }) => String(id) === String(key) || name === key);
  if (type === undefined) {
    throw invalidField("storage_box_type", `storage box type "${String(key)}" does not exist`);
  }
  return type;
}

/** The type that a row names. */
export function storageBoxTypeOf(id: number): StorageBoxType {
  return findStorageBoxType(id);
}

/** @throws invalid_input where Hetzner has servers, but no Storage Boxes */
export function assertHasStorageBoxes(location: string): void {
  if (storageBoxLocations.includes(location)) return;
  throw invalidField(
    "location",
    `there are no Storage Boxes in ${location}: choose ${storageBoxLocations.join(" or ")}`,
  );
}
