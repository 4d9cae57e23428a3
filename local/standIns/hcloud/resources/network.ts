import { isGone, ignore } from "../client";
import { rangeProblem } from "../addresses";
import { findByIdOrName, flag, labelsProperty, nameProperty, putEach, putProtection, unlessEmpty } from "../common";
import type { ApiNetwork, Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly name: string;
  readonly ipRange: string;
  readonly labels?: Labels;
  readonly deleteProtection?: boolean;
  readonly exposeRoutesToVswitch?: boolean;
}

export const network: Resource<Inputs> = {
  group: "sdk",
  namedAutomatically: true,
  properties: {
    name: nameProperty,
    ipRange: { kind: "string", required: true, replaces: true, check: rangeProblem },
    labels: labelsProperty,
    deleteProtection: flag,
    exposeRoutesToVswitch: flag,
  },
  outputs: [],

  async create({ api }, inputs, known) {
    const { network } = await api.post<{ network: ApiNetwork }>("/networks", {
      name: inputs.name,
      ip_range: inputs.ipRange,
      labels: unlessEmpty(inputs.labels),
      expose_routes_to_vswitch: inputs.exposeRoutesToVswitch ?? false,
    });
    known(String(network.id));
    if (inputs.deleteProtection)
      await api.act(`/networks/${String(network.id)}/actions/change_protection`, { delete: true });
    return undefined;
  },

  async read({ api }, id) {
    const found = await findByIdOrName<ApiNetwork>(api, "/networks", id);
    return (
      found && {
        id: String(found.id),
        name: found.name,
        ipRange: found.ip_range,
        labels: found.labels,
        deleteProtection: found.protection.delete,
        exposeRoutesToVswitch: found.expose_routes_to_vswitch ?? false,
      }
    );
  },

  async update({ api }, { id, changed, news }) {
    const path = `/networks/${id}`;
    await api.get(path);
    await putEach(api, path, changed, {
      name: { name: news.name },
      labels: { labels: news.labels ?? {} },
      exposeRoutesToVswitch: { expose_routes_to_vswitch: news.exposeRoutesToVswitch ?? false },
    });
    await putProtection(api, path, changed, news);
    return undefined;
  },

  async delete({ api }, id) {
    await api.delete(`/networks/${id}`).catch(ignore(isGone, undefined));
  },
};
