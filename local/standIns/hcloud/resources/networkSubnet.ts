import { rangeAround, rangeProblem } from "../addresses";
import { ignore, onCodes, type RetryRule } from "../client";
import { oneOf } from "../common";
import type { ApiNetwork } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly networkId: number;
  readonly type: string;
  readonly networkZone: string;
  readonly ipRange: string;
  readonly vswitchId?: number;
}

const whileAdding: RetryRule = { tries: 5, on: onCodes("conflict", "vswitch_id_already_used") };

/** Servers that are being deleted hold on to their subnet for a while. */
const whileAttached: RetryRule = {
  tries: 50,
  on: (error) =>
    onCodes("conflict", "locked", "service_error")(error) && /servers|resources/.test(String((error as Error).message)),
};

export const networkSubnet: Resource<Inputs> = {
  group: "sdk",
  properties: {
    networkId: { kind: "integer", required: true, replaces: true },
    type: {
      kind: "string",
      required: true,
      replaces: true,
      check: oneOf("cloud", "server", "vswitch"),
    },
    networkZone: { kind: "string", required: true, replaces: true },
    ipRange: {
      kind: "string",
      required: true,
      replaces: true,
      check: rangeProblem,
      normalise: (range) => rangeAround(String(range)),
    },
    vswitchId: { kind: "integer", replaces: true },
  },
  outputs: ["gateway"],

  async create({ api }, inputs, known) {
    const ipRange = rangeAround(inputs.ipRange);
    const body = {
      type: inputs.type,
      ip_range: ipRange,
      network_zone: inputs.networkZone,
      vswitch_id: inputs.type === "vswitch" ? inputs.vswitchId : undefined,
    };
    await api.retry(whileAdding, () => api.act(`/networks/${String(inputs.networkId)}/actions/add_subnet`, body));
    known(`${String(inputs.networkId)}-${ipRange}`);
    return undefined;
  },

  async read({ api }, id) {
    const [, networkId, ipRange] = /^(\d+)-(.+)$/.exec(id) ?? [];
    if (!networkId) return undefined;
    const found = await api.find<{ network: ApiNetwork }>(`/networks/${networkId}`);
    const subnet = found?.network.subnets.find(({ ip_range }) => ip_range === ipRange);
    return (
      subnet && {
        id,
        networkId: Number(networkId),
        type: subnet.type,
        networkZone: subnet.network_zone,
        ipRange: subnet.ip_range,
        vswitchId: subnet.type === "vswitch" ? (subnet.vswitch_id ?? null) : null,
        gateway: subnet.gateway,
      }
    );
  },

  async delete({ api }, id) {
    const [, networkId, ipRange] = /^(\d+)-(.+)$/.exec(id) ?? [];
    await api
      .retry(whileAttached, async () => {
        const found = await api.find<{ network: ApiNetwork }>(`/networks/${networkId}`);
        if (!found?.network.subnets.some(({ ip_range }) => ip_range === ipRange)) return;
        await api.act(`/networks/${networkId}/actions/delete_subnet`, { ip_range: ipRange });
      })
      // The official plugin gives up without a word as well: the network's own deletion will tell.
      .catch(ignore(whileAttached.on, undefined));
  },
};
