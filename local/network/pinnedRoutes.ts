import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { packageHosts } from "../machines/packageHosts";
import { run, tryRun } from "../machines/command";

/** Routing protocol number that marks these routes, so that they can be found again. */
const PINNED_ROUTE = 202;

/** Seconds for a name lookup: a nearby name server answers within that. */
const LOOKUP_LIMIT = 2;

/**
 * Keeps this computer's package mirrors reachable when the cloud's range covers their addresses. Some laboratories use
 * documentation addresses themselves. Each such mirror gets a route of its own that copies its present one.
 *
 * @param range the cloud's public range, e.g. `203.0.113.0/25`
 */
export async function pinRoutes(range: string): Promise<void> {
  const found = await Promise.all(packageHosts("/").map(addressesOf));
  for (const address of new Set(found.flat())) {
    if (!contains(range, address)) continue;
    const { stdout } = await tryRun("ip", ["-4", "-json", "route", "get", address]);
    const [route] = JSON.parse(stdout || "[]") as { gateway?: string; dev?: string }[];
    if (!route?.dev || route.dev.startsWith("holdfast")) continue;
    const through = route.gateway ? ["via", route.gateway] : [];
    await run("ip", [
      "-4",
      "route",
      "replace",
      `${address}/32`,
      ...through,
      "dev",
      route.dev,
      "proto",
      `${PINNED_ROUTE}`,
    ]);
  }
}

/** Removes them when the cloud gives its range back. */
export async function unpinRoutes(range: string): Promise<void> {
  const { stdout } = await tryRun("ip", ["-4", "-json", "route", "show", "proto", `${PINNED_ROUTE}`]);
  for (const { dst } of JSON.parse(stdout || "[]") as { dst: string }[]) {
    if (contains(range, dst)) await tryRun("ip", ["-4", "route", "delete", dst, "proto", `${PINNED_ROUTE}`]);
  }
}

async function addressesOf(host: string): Promise<string[]> {
  const limit = new Promise<never>((_resolve, reject) => setTimeout(reject, LOOKUP_LIMIT * 1000).unref());
  const answers = lookup(host.replace(/:\d+$/, ""), { all: true, family: 4 });
  return Promise.race([answers, limit]).then(
    (all) => all.map(({ address }) => address),
    () => [],
  );
}

/** Whether an IPv4 range such as `203.0.113.0/25` holds an address. */
function contains(range: string, address: string): boolean {
  const [network = "", length = "32"] = range.split("/");
  if (!isIPv4(network) || !isIPv4(address)) return false;
  const shift = 2 ** (32 - Number(length));
  return Math.floor(numberOf(network) / shift) === Math.floor(numberOf(address) / shift);
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
