import { addressProblem, rangeProblem } from "../addresses";
import { onCodes, type RetryRule } from "../client";
import type { ApiNetwork } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly networkId: number;
  readonly destination: string;
  readonly gateway: string;
}

const onConflict: RetryRule = { tries: 5, on: onCodes("conflict") };

export const networkRoute: Resource<Inputs> = {
  group: "sdk",
  properties: {
    networkId: { kind: "integer", required: true, replaces: true },
    destination: { kind: "string", required: true, replaces: true, check: rangeProblem },
    gateway: { kind: "string", required: true, replaces: true, check: addressProblem },
  },
  outputs: [],

  async create({ api }, { networkId, destination, gateway }, known) {
    const path = `/networks/${String(networkId)}/actions/add_route`;
    await api.retry(onConflict, () => api.act(path, { destination, gateway }));
    known(`${String(networkId)}-${destination}`);
    return undefined;
  },

  async read({ api }, id) {
    const [, networkId, destination] = /^(\d+)-(.+)$/.exec(id) ?? [];
    if (!networkId) return undefined;
    const found = await api.find<{ network: ApiNetwork }>(`/networks/${networkId}`);
    const route = found?.network.routes.find((one) => one.destination === destination);
    return route && { id, networkId: Number(networkId), destination: route.destination, gateway: route.gateway };
  },

  async delete({ api }, _id, { networkId, destination, gateway }) {
    const path = `/networks/${String(networkId)}`;
    const found = await api.find<{ network: ApiNetwork }>(path);
    const there = found?.network.routes.some((route) => route.destination === destination && route.gateway === gateway);
    if (!there) return;
    await api.retry(onConflict, () => api.act(`${path}/actions/delete_route`, { destination, gateway }));
  },
};
