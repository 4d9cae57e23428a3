import { factsOf } from "../../../failures/facts";
import { billables } from "../../../failures/prices/billables";
import { formatMoney } from "../../../failures/prices/money";
import { priceOf } from "../../../failures/prices/price";
import type { PriceList } from "../../../failures/prices/priceList";
import { note, ok } from "../finding";
import type { Check } from "../patient";

interface Amount {
  readonly net: string;
}

interface PricedPlace {
  readonly location: string;
  readonly price_monthly: Amount;
}

interface Pricing {
  readonly currency: string;
  readonly server_types: readonly { readonly name: string; readonly prices: readonly PricedPlace[] }[];
  readonly primary_ips: readonly { readonly type: string; readonly prices: readonly PricedPlace[] }[];
  readonly floating_ips: readonly { readonly type: string; readonly prices: readonly PricedPlace[] }[];
  readonly volume: { readonly price_per_gb_month: Amount };
}

/** What the stack costs in a month by the list that the API itself has today. */
export const price: Check = async ({ api, blueprint }) => {
  const { pricing } = await api.get<{ pricing: Pricing }>("/pricing");
  const list = priceListFrom(pricing, blueprint.settings.location);
  const { total, unknown, currency } = priceOf(billables(factsOf(blueprint)), list);
  const text = `${formatMoney(total, currency)} a month by the API's list price, without VAT; not the bill`;
  return unknown.length > 0 ? [note(`at least ${text}, without ${unknown.join(" and ")}`)] : [ok(text)];
};

/** The API's price list for one location, in cents. */
function priceListFrom(pricing: Pricing, location: string): PriceList {
  const there = (prices: readonly PricedPlace[]) => prices.find((one) => one.location === location)?.price_monthly;
  const addresses = (kinds: Pricing["primary_ips"], type: string) =>
    cents(there(kinds.find((kind) => kind.type === type)?.prices ?? [])) ?? Number.NaN;
  return {
    recorded: new Date().toISOString().slice(0, 10),
    currency: pricing.currency,
    about: `the API's own list prices in ${location}`,
    servers: Object.fromEntries(
      pricing.server_types.flatMap(({ name, prices }) => {
        const amount = cents(there(prices));
        return amount === undefined ? [] : [[name, amount]];
      }),
    ),
    primaryIpv4: addresses(pricing.primary_ips, "ipv4"),
    primaryIpv6: addresses(pricing.primary_ips, "ipv6"),
    floatingIpv4: addresses(pricing.floating_ips, "ipv4"),
    floatingIpv6: addresses(pricing.floating_ips, "ipv6"),
    // Hundredths of a cent.
    volumeGb: Math.round(Number(pricing.volume.price_per_gb_month.net) * 10_000),
    // Storage boxes have an API and a price list of their own.
    storageBoxes: {},
    loadBalancers: {},
  };
}

function cents(amount: Amount | undefined): number | undefined {
  return amount && Math.round(Number(amount.net) * 100);
}
