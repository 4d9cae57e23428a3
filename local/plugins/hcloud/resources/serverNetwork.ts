import { addressList } from "../common";
import { ignore, isGone, onCodes, type Api, type RetryRule } from "../client";
import type { ApiServer } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly serverId: number;
  readonly networkId?: number;
  readonly subnetId?: string;
  readonly ip?: string;
  readonly aliasIps?: readonly string[];
}

const whileAttaching: RetryRule = {
  tries: 5,
  on: onCodes("conflict", "locked", "service_error", "no_subnet_available"),
};
const whileDetaching: RetryRule = { tries: 5, on: onCodes("conflict", "locked", "service_error") };

export const serverNetwork: Resource<Inputs> = {
  group: "framework",
  properties: {
    serverId: { kind: "integer", required: true, replaces: true },
    networkId: { kind: "integer", computed: true, replaces: true },
    subnetId: { kind: "string", replaces: true },
    ip: { kind: "string", computed: true, replaces: true },
    aliasIps: addressList,
  },
  outputs: ["macAddress"],
  check: ({ networkId, subnetId }) =>
    (networkId === undefined) === (subnetId === undefined) ? ["Exactly one of networkId and subnetId is needed"] : [],

  async create({ api }, inputs) {
    const networkId = await attachToNetwork(api, inputs.serverId, inputs);
    const state = await attachment(api, inputs.serverId, networkId, inputs.subnetId);
    if (!state) throw new Error(`Server ${String(inputs.serverId)} was attached, but the API does not show it.`);
    return state;
  },

  async read({ api }, id, prior) {
    const [, serverId, networkId] = /^(\d+)-(\d+)$/.exec(id) ?? [];
    if (!serverId)
      throw new Error(`${JSON.stringify(id)} is no id of a ServerNetwork: <serverId>-<networkId> is expected.`);
    return attachment(api, Number(serverId), Number(networkId), prior.subnetId as string | undefined);
  },

  async update({ api }, { news, olds }) {
    const networkId = Number(olds.networkId);
    await api.act(`/servers/${String(news.serverId)}/actions/change_alias_ips`, {
      network: networkId,
      alias_ips: news.aliasIps ?? [],
    });
    return attachment(api, news.serverId, networkId, news.subnetId);
  },

  async delete({ api }, _id, { serverId, networkId }) {
    await detachFromNetwork(api, Number(serverId), Number(networkId));
  },
};

/**
 * Puts a server into a network; one that is in it already is taken as it is.
 *
 * @returns the network's id, which `subnetId` (`<networkId>-<range>`) contains as well
 */
export async function attachToNetwork(
  api: Api,
  serverId: number,
  { networkId, subnetId, ip, aliasIps }: Omit<Inputs, "serverId">,
): Promise<number> {
  const [, network, range] = /^(\d+)-(.+)$/.exec(subnetId ?? "") ?? [];
  if (subnetId && !network) throw new Error(`${subnetId} is no subnet's id: <networkId>-<range> is expected.`);
  const id = subnetId ? Number(network) : Number(networkId);
  const body = {
    network: id,
    ip: ip === "" ? undefined : ip,
    alias_ips: aliasIps && aliasIps.length > 0 ? aliasIps : undefined,
    ip_range: range,
  };
  await api
    .retry(whileAttaching, () => api.act(`/servers/${String(serverId)}/actions/attach_to_network`, body))
    .catch(ignore(onCodes("server_already_attached"), undefined));
  return id;
}

/** A server that has left already is no failure. */
export async function detachFromNetwork(api: Api, serverId: number, networkId: number): Promise<void> {
  const path = `/servers/${String(serverId)}/actions/detach_from_network`;
  await api.retry(whileDetaching, () => api.act(path, { network: networkId })).catch(ignore(isGone, undefined));
}

async function attachment(api: Api, serverId: number, networkId: number, subnetId: string | undefined) {
  const found = await api.find<{ server: ApiServer }>(`/servers/${String(serverId)}`);
  const net = found?.server.private_net.find(({ network }) => network === networkId);
  return (
    net && {
      id: `${String(serverId)}-${String(networkId)}`,
      serverId,
      networkId,
      subnetId,
      ip: net.ip,
      aliasIps: net.alias_ips,
      macAddress: net.mac_address,
    }
  );
}
