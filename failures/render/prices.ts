import { formatMoney } from "../prices/money";
import type { Price } from "../prices/price";

/** What a part costs, or that nobody can say. */
export function partText(cents: number | undefined, currency: string): string {
  return cents === undefined ? "not in the price list" : formatMoney(cents, currency);
}

/** e.g. `13.96 €`; with `at least` where parts have no price. */
export function totalText({ total, unknown, currency }: Price): string {
  return `${unknown.length > 0 ? "at least " : ""}${formatMoney(total, currency)}`;
}

/** What kind of figure that is. */
export function priceNote({ origin }: Price): string {
  return `List price ${origin}, per month, without VAT, snapshots and traffic beyond what is included. It is not the bill.`;
}
