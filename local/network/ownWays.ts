import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { packageHosts } from "../machines/packageHosts";
import { run, tryRun } from "../machines/command";

/** Marks the routes that were made here, so that they can be found again. */
const OWN_WAY = 202;

/** Seconds for a name: one that is not known by then is not somewhere near. */
const LOOKUP_LIMIT = 2;

/**
 * Computers in laboratories do have documentation addresses in their network, a package mirror for example. Where this
 * computer fetches its packages from keeps the way that it has now, although a local cloud's range is about to cover it.
 *
 * @param range the cloud's public range, e.g. `203.0.113.0/25`
 */
export async function keepOwnWays(range: string): Promise<void> {
  const found = await Promise.all(packageHosts("/").map(addressesOf));
  for (const address of new Set(found.flat())) {
    if (!contains(range, address)) continue;
    const { stdout } = await tryRun("ip", ["-4", "-json", "route", "get", address]);
    const [way] = JSON.parse(stdout || "[]") as { gateway?: string; dev?: string }[];
    if (!way?.dev || way.dev.startsWith("holdfast")) continue;
    const through = way.gateway ? ["via", way.gateway] : [];
    await run("ip", ["-4", "route", "replace", `${address}/32`, ...through, "dev", way.dev, "proto", `${OWN_WAY}`]);
  }
}

/** Takes them away again, when the range is given back. */
export async function forgetOwnWays(range: string): Promise<void> {
  const { stdout } = await tryRun("ip", ["-4", "-json", "route", "show", "proto", `${OWN_WAY}`]);
  for (const { dst } of JSON.parse(stdout || "[]") as { dst: string }[]) {
    if (contains(range, dst)) await tryRun("ip", ["-4", "route", "delete", dst, "proto", `${OWN_WAY}`]);
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
