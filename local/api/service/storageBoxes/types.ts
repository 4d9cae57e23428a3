import { named, storageBoxLocationNames, storageBoxTypes as types } from "../../../../catalog";
import { invalidField, notFound } from "../errors";
import { call, list, type Operations, type View } from "../operation";
import { monthlyAndHourly, priceView } from "../views";

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

const tebibyte = 1024 ** 4;

/** What can be ordered. */
export const storageBoxTypeOperations: Operations = {
  "GET /storage_box_types": list("storage_box_types", () => storageBoxTypes.map(storageBoxTypeView)),
  "GET /storage_box_types/{id}": call((_cloud, _body, { id }) => {
    const type = storageBoxTypes.find((candidate) => String(candidate.id) === id);
    if (type === undefined) throw notFound("storage box type", id);
    return { storage_box_type: storageBoxTypeView(type) };
  }),
};

/** A type as the API shows it, with its price in each location that has it. */
export function storageBoxTypeView(type: StorageBoxType): View {
  return {
    id: type.id,
    name: type.name,
    description: type.name.toUpperCase(),
    size: type.size * tebibyte,
    snapshot_limit: type.snapshots,
    automatic_snapshot_limit: type.automaticSnapshots,
    subaccounts_limit: type.subaccounts,
    prices: storageBoxLocations.map((location) => ({
      location,
      ...monthlyAndHourly(type.monthly_cents),
      setup_fee: priceView(0),
    })),
    deprecation: null,
  };
}
