import { notFound } from "../errors";
import { call, list, type Operations, type View } from "../operation";
import { monthlyAndHourly, priceView } from "../views";
import { storageBoxLocations, storageBoxTypes, type StorageBoxType } from "./types";

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
