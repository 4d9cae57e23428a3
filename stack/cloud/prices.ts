import type { Settings } from "../../blueprint/settings";
import { isLoopback } from "../../blueprint/target";
import type { PriceList } from "../../failures/prices/priceList";
import { type CloudApi, Refusal } from "./api";

/** Money in the API: text, in whole units of the currency, without VAT. */
interface Amount {
  readonly net: string;
}

interface PricedPlace {
  readonly location: string;
  readonly price_monthly: Amount;
}

interface PricedType {
  readonly name: string;
  readonly prices: readonly PricedPlace[];
}

interface PricedAddress {
  readonly type: string;
  readonly prices: readonly PricedPlace[];
}

/** The part of the answer of `GET /pricing` that can concern a stack. */
interface Pricing {
  readonly currency: string;
  readonly server_types: readonly PricedType[];
  readonly load_balancer_types: readonly PricedType[];
  readonly primary_ips: readonly PricedAddress[];
  readonly floating_ips: readonly PricedAddress[];
  readonly volume: { readonly price_per_gb_month: Amount };
}

/** The locations of a stack's parts, on which their prices depend. */
type Places = Pick<Settings, "location" | "backup">;

/**
 * The list prices of the cloud's API of today. A price that it does not name is missing.
 *
 * @throws UserError when it does not answer, or refuses
 */
export async function askedPrices(api: CloudApi, { location, backup }: Places): Promise<PriceList> {
  const { pricing } = await api.get<{ pricing: Pricing }>("/pricing");
  const boxes = backup ? await storageBoxTypes(api) : [];
  const address = (kinds: readonly PricedAddress[], wanted: string) =>
    cents(kinds.find(({ type }) => type === wanted)?.prices ?? [], location);
  const recorded = new Date().toISOString().slice(0, 10);
  return {
    recorded,
    currency: pricing.currency,
    origin: `asked of ${api.endpoint} on ${recorded}${isLoopback(api.endpoint) ? ", which answers with a dated list" : ""}`,
    about: `the list prices that the API names in ${location}`,
    servers: byName(pricing.server_types, location),
    primaryIpv4: address(pricing.primary_ips, "ipv4"),
    primaryIpv6: address(pricing.primary_ips, "ipv6"),
    floatingIpv4: address(pricing.floating_ips, "ipv4"),
    floatingIpv6: address(pricing.floating_ips, "ipv6"),
    // Hundredths of a cent.
    volumeGb: Math.round(Number(pricing.volume.price_per_gb_month.net) * 10_000),
    storageBoxes: byName(boxes, backup?.storage.location ?? location),
    loadBalancers: byName(pricing.load_balancer_types, location),
  };
}

/** Storage Boxes have an API of their own. If it refuses, the other prices are still known. */
async function storageBoxTypes(api: CloudApi): Promise<readonly PricedType[]> {
  try {
    return (await api.get<{ storage_box_types: readonly PricedType[] }>("/storage_box_types?per_page=50"))
      .storage_box_types;
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

function byName(types: readonly PricedType[], location: string): Record<string, number> {
  return Object.fromEntries(
    types.flatMap(({ name, prices }) => {
      const price = cents(prices, location);
      return price === undefined ? [] : [[name, price]];
    }),
  );
}

function cents(prices: readonly PricedPlace[], location: string): number | undefined {
  const there = prices.find((one) => one.location === location)?.price_monthly;
  return there && Math.round(Number(there.net) * 100);
}
