import { about, prices, recorded, serverTypes, storageBoxTypes } from "../../catalog";

/**
 * What Hetzner takes for a month of each thing: list prices, without VAT. All prices are whole cents, but a volume's,
 * which is so small for each GB that Hetzner's list has fractions of a cent.
 */
export interface PriceList {
  /** The last day on which somebody read these prices, e.g. `2026-10-04`. */
  readonly recorded: string;
  readonly currency: string;
  /** How it came here, e.g. `recorded on 2026-10-04`. */
  readonly origin: string;
  /** Where it comes from and what it is worth. */
  readonly about: string;
  /** By server type, without addresses. */
  readonly servers: Readonly<Record<string, number>>;
  readonly primaryIpv4?: number;
  readonly primaryIpv6?: number;
  readonly floatingIpv4?: number;
  readonly floatingIpv6?: number;
  /** Hundredths of a cent for each GB. */
  readonly volumeGb: number;
  /** By type of Storage Box. */
  readonly storageBoxes: Readonly<Record<string, number>>;
  /** By type of Hetzner's managed load balancer, which no stack of ours has: to compare with. */
  readonly loadBalancers: Readonly<Record<string, number>>;
}

/** The dated price list that commands compute with: the one that the local cloud's API answers with. */
export const listPrices: PriceList = {
  recorded,
  origin: `recorded on ${recorded}`,
  currency: "EUR",
  about,
  servers: byName(serverTypes),
  primaryIpv4: prices.primaryIpv4Monthly,
  primaryIpv6: prices.primaryIpv6Monthly,
  floatingIpv4: prices.floatingIpv4Monthly,
  floatingIpv6: prices.floatingIpv6Monthly,
  volumeGb: Math.round(prices.volumePerGbMonthly * 100),
  storageBoxes: byName(storageBoxTypes),
  loadBalancers: prices.loadBalancersMonthly,
};

function byName(types: Readonly<Record<string, { readonly monthly_cents: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(types).map(([name, { monthly_cents: cents }]) => [name, cents]));
}
