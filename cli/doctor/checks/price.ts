import { factsOf } from "../../../failures/facts";
import { billables } from "../../../failures/prices/billables";
import { formatMoney } from "../../../failures/prices/money";
import { priceOf } from "../../../failures/prices/price";
import { askedPrices } from "../../../stack/cloud/prices";
import { type Check, note, ok } from "../check";

/** What the stack costs in a month by the API's prices of today. */
export const price: Check = async ({ api, blueprint }) => {
  const list = await askedPrices(api, blueprint.settings);
  const { total, unknown, currency } = priceOf(billables(factsOf(blueprint)), list);
  const text = `${formatMoney(total, currency)} a month by the API's list price, without VAT; not the bill`;
  return unknown.length > 0 ? [note(`at least ${text}, without ${unknown.join(" and ")}`)] : [ok(text)];
};
