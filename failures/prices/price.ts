import type { Billable } from "./billables";
import type { PriceList } from "./priceList";

/** What a stack costs in a month by list price, without VAT, part by part. Cents. */
export interface Price {
  readonly currency: string;
  /** The day of the price list. */
  readonly recorded: string;
  /** How the price list came here, e.g. `recorded on 2026-10-04`. */
  readonly origin: string;
  readonly about: string;
  readonly parts: readonly PricePart[];
  /** Of all parts whose price is known. */
  readonly total: number;
  /** Parts that the price list does not have. */
  readonly unknown: readonly string[];
}

/** One line of a price. Cents of a euro per month, without VAT. */
export interface PricePart {
  readonly what: string;
  readonly quantity: number;
  /** Of all of them together; absent where the list has no price. */
  readonly cents?: number;
}

/** Adds up what the parts cost. Whole cents only; a volume's fraction of a cent is rounded up, once per volume. */
export function priceOf(billables: readonly Billable[], list: PriceList): Price {
  const parts = billables.map((billable) => {
    const each = unitPrice(billable, list);
    const { what, quantity } = billable;
    return { what, quantity, ...(each !== undefined && { cents: each * quantity }) };
  });
  return {
    currency: list.currency,
    recorded: list.recorded,
    origin: list.origin,
    about: list.about,
    parts,
    total: parts.reduce((sum, { cents = 0 }) => sum + cents, 0),
    unknown: parts.filter(({ cents }) => cents === undefined).map(({ what }) => what),
  };
}

function unitPrice({ kind, serverType = "", boxType = "", size = 0 }: Billable, list: PriceList): number | undefined {
  switch (kind) {
    case "server":
      return list.servers[serverType];
    case "volume":
      return Math.ceil((size * list.volumeGb) / 100);
    case "storageBox":
      return list.storageBoxes[boxType];
    default:
      return list[kind];
  }
}
