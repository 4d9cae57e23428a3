import { UNKNOWN } from "../../../../provider/grpc/types";
import { contains } from "../addresses";
import { ignore, isGone, onCodes, type HcloudClient, type RetryRule } from "../client";
import type { ApiServer } from "../objects";
import { asList, same } from "../properties";
import { addressList } from "../common";

/** One entry of a server's `networks`. */
export interface NetworkEntry {
  readonly networkId?: number;
  /** `<networkId>-<range>` */
  readonly subnetId?: string;
  readonly ip?: string;
  readonly aliasIps?: readonly string[];
}

const whileAttaching: RetryRule = {
  tries: 5,
  on: onCodes("conflict", "locked", "service_error", "no_subnet_available"),
};
const whileDetaching: RetryRule = { tries: 5, on: onCodes("conflict", "locked", "service_error") };

/** The network that an entry means, whichever way it says it; `undefined` while that is not known. */
function networkOf({ networkId, subnetId }: NetworkEntry): number | undefined {
  if (subnetId && (subnetId as unknown) !== UNKNOWN) return Number(subnetId.split("-")[0]);
  return typeof networkId === "number" ? networkId : undefined;
}

/** What is wrong with the networks of a server. */
export function networkProblems(networks: readonly NetworkEntry[]): string[] {
  if (!Array.isArray(networks)) return [];
  const problems: string[] = [];
  const seen = new Set<number>();
  for (const [index, entry] of networks.entries()) {
    if ((entry as unknown) === UNKNOWN) continue;
    const where = `networks[${String(index)}]`;
    if (!entry.networkId && !entry.subnetId) problems.push(`${where}: networkId or subnetId is needed`);
    const network = networkOf(entry);
    if (network === undefined) continue;
    if (seen.has(network)) problems.push(`${where}: network ${String(network)} is listed already`);
    seen.add(network);
    if (typeof entry.networkId === "number" && entry.networkId !== network) {
      problems.push(`${where}: subnetId ${String(entry.subnetId)} is not in network ${String(entry.networkId)}`);
    }
    const range = entry.subnetId?.split("-")[1];
    if (range && entry.ip && entry.ip !== UNKNOWN && !contains(range, entry.ip)) {
      problems.push(`${where}: ${entry.ip} is not in ${range}`);
    }
  }
  return problems;
}

/** The attachments as the state has them: none at all while the resource does not manage any. */
export function networkStates(server: ApiServer, prior: readonly NetworkEntry[]) {
  if (prior.length === 0) return [];
  return server.private_net.map((net) => ({
    networkId: net.network,
    subnetId: prior.find((entry) => networkOf(entry) === net.network)?.subnetId ?? "",
    ip: net.ip,
    aliasIps: net.alias_ips,
    macAddress: net.mac_address,
  }));
}

/** An address cannot be changed in place: the server leaves the network and comes back. */
export async function changeNetworks(
  api: HcloudClient,
  serverId: number,
  before: readonly NetworkEntry[],
  after: readonly NetworkEntry[],
): Promise<void> {
  const partner = (entry: NetworkEntry, entries: readonly NetworkEntry[]) =>
    entries.find((other) => networkOf(other) === networkOf(entry));
  for (const entry of before.filter((one) => !partner(one, after))) {
    await detachFromNetwork(api, serverId, Number(networkOf(entry)));
  }
  for (const entry of after) {
    const current = partner(entry, before);
    const network = Number(networkOf(entry));
    if (!current) {
      await attachToNetwork(api, serverId, entry);
    } else if (entry.ip && entry.ip !== current.ip) {
      await detachFromNetwork(api, serverId, network);
      await attachToNetwork(api, serverId, entry);
    } else if (!same(addressList, asList(current.aliasIps), entry.aliasIps)) {
      await api.act(`/servers/${String(serverId)}/actions/change_alias_ips`, {
        network,
        alias_ips: entry.aliasIps ?? [],
      });
    }
  }
}

/** Attaches a server to a network, and accepts one that is attached already. */
export async function attachToNetwork(
  api: HcloudClient,
  serverId: number,
  { networkId, subnetId, ip, aliasIps }: NetworkEntry,
): Promise<void> {
  const [, network, range] = /^(\d+)-(.+)$/.exec(subnetId ?? "") ?? [];
  if (subnetId && !network) throw new Error(`${subnetId} is not a subnet's id: <networkId>-<range> is expected.`);
  const body = {
    network: Number(subnetId ? network : networkId),
    ip: ip === "" ? undefined : ip,
    alias_ips: aliasIps && aliasIps.length > 0 ? aliasIps : undefined,
    ip_range: range,
  };
  await api
    .retry(whileAttaching, () => api.act(`/servers/${String(serverId)}/actions/attach_to_network`, body))
    .catch(ignore(onCodes("server_already_attached"), undefined));
}

async function detachFromNetwork(api: HcloudClient, serverId: number, networkId: number): Promise<void> {
  const path = `/servers/${String(serverId)}/actions/detach_from_network`;
  await api.retry(whileDetaching, () => api.act(path, { network: networkId })).catch(ignore(isGone, undefined));
}
