import { prices } from "../../../catalog";
import { locations, serverTypes } from "./catalog";
import { ApiError, notFound } from "./errors";
import { call, list, type Operation, type Operations, type View } from "./operation";
import { monthlyAndHourly, priceView, serverTypePrices, serverTypeView } from "./views";

function one<R extends { readonly id: number }>(key: string, kind: string, rows: readonly R[], view: (row: R) => View) {
  return call((_cloud, _body, { id }) => {
    const row = rows.find((candidate) => String(candidate.id) === id);
    if (row === undefined) throw notFound(kind, id);
    return { [key]: view(row) };
  });
}

/** Servers and primary IPs lost their data center on 1 July 2026; these endpoints went on 1 October 2026. */
const gone: Operation = call(() => {
  throw new ApiError("deprecated_api_endpoint", "datacenters were removed on 1 October 2026: use /locations", {
    announcement: "https://docs.hetzner.cloud/changelog#2026-06-02-datacenters-deprecated",
  });
});

/** What can be had and what it costs; the same for everybody, and never changed by a call. */
export const catalogOperations: Operations = {
  "GET /locations": list("locations", () => locations),
  "GET /locations/{id}": one("location", "location", locations, (location) => location),
  "GET /server_types": list("server_types", () => serverTypes.map(serverTypeView)),
  "GET /server_types/{id}": one("server_type", "server type", serverTypes, serverTypeView),
  // The local cloud mounts no ISOs.
  "GET /isos": list("isos", () => []),
  "GET /isos/{id}": one("iso", "ISO", [], (iso) => iso),
  "GET /datacenters": gone,
  "GET /datacenters/{id}": gone,
  "GET /pricing": call(() => ({ pricing: pricing() })),
};

function pricing(): View {
  const everywhere = (price: View) => locations.map(({ name }) => ({ location: name, ...price }));
  return {
    currency: "EUR",
    vat_rate: prices.vatPercent.toFixed(6),
    image: { price_per_gb_month: priceView(prices.imagePerGbMonthly) },
    volume: { price_per_gb_month: priceView(prices.volumePerGbMonthly) },
    server_backup: { percentage: prices.backupPercent.toFixed(6) },
    floating_ip: { price_monthly: priceView(prices.floatingIpv4Monthly) },
    floating_ips: [
      { type: "ipv4", prices: everywhere({ price_monthly: priceView(prices.floatingIpv4Monthly) }) },
      { type: "ipv6", prices: everywhere({ price_monthly: priceView(prices.floatingIpv6Monthly) }) },
    ],
    primary_ips: [
      { type: "ipv4", prices: everywhere(monthlyAndHourly(prices.primaryIpv4Monthly)) },
      { type: "ipv6", prices: everywhere(monthlyAndHourly(prices.primaryIpv6Monthly)) },
    ],
    server_types: serverTypes.map((type) => ({ id: type.id, name: type.name, prices: serverTypePrices(type) })),
    load_balancer_types: [],
  };
}
