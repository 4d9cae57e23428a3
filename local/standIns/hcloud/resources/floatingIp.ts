import { ignore, isGone, type Action } from "../client";
import { flag, ipTypeProperty, labelsProperty, nameProperty, putProtection, unlessEmpty } from "../common";
import type { ApiFloatingIp, Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  readonly homeLocation?: string;
  readonly serverId?: number;
  readonly labels?: Labels;
  readonly deleteProtection?: boolean;
}

export const floatingIp: Resource<Inputs> = {
  group: "sdk",
  namedAutomatically: true,
  properties: {
    type: ipTypeProperty,
    name: nameProperty,
    description: { kind: "string" },
    homeLocation: { kind: "string", computed: true, replaces: true },
    serverId: { kind: "integer", computed: true },
    labels: labelsProperty,
    deleteProtection: flag,
  },
  outputs: ["ipAddress", "ipNetwork"],

  async create({ api }, inputs, known) {
    if (!inputs.homeLocation && !inputs.serverId) throw new Error("One of homeLocation and serverId is needed.");
    const { floating_ip, action } = await api.post<{ floating_ip: ApiFloatingIp; action?: Action | null }>(
      "/floating_ips",
      {
        type: inputs.type,
        description: inputs.description ?? "",
        name: inputs.name,
        home_location: inputs.homeLocation,
        server: inputs.serverId === 0 ? undefined : inputs.serverId,
        labels: unlessEmpty(inputs.labels),
      },
    );
    known(String(floating_ip.id));
    await api.wait(action);
    if (inputs.deleteProtection) {
      await api.act(`/floating_ips/${String(floating_ip.id)}/actions/change_protection`, { delete: true });
    }
    return undefined;
  },

  async read({ api }, id) {
    const found = await api.find<{ floating_ip: ApiFloatingIp }>(`/floating_ips/${id}`);
    if (!found) return undefined;
    const ip = found.floating_ip;
    const network = ip.type === "ipv6" ? ip.ip : null;
    return {
      id: String(ip.id),
      type: ip.type,
      name: ip.name,
      description: ip.description ?? "",
      homeLocation: ip.home_location.name,
      serverId: ip.server ?? 0,
      labels: ip.labels,
      deleteProtection: ip.protection.delete,
      ipAddress: ip.ip.replace(/\/\d+$/, ""),
      ipNetwork: network,
    };
  },

  async update({ api }, { id, changed, news }) {
    const path = `/floating_ips/${id}`;
    // An emptied description is not sent, so it stays: a slip of the official plugin.
    if (changed.has("description")) await api.put(path, { description: unlessEmpty(news.description) });
    if (changed.has("name")) await api.put(path, { name: news.name });
    if (changed.has("serverId")) {
      if (news.serverId) await api.act(`${path}/actions/assign`, { server: news.serverId });
      else await api.act(`${path}/actions/unassign`, {});
    }
    if (changed.has("labels")) await api.put(path, { labels: news.labels ?? {} });
    await putProtection(api, path, changed, news);
    return undefined;
  },

  async delete({ api }, id) {
    const path = `/floating_ips/${id}`;
    const found = await api.find<{ floating_ip: ApiFloatingIp }>(path);
    if (!found) return;
    if (found.floating_ip.server !== null) await api.act(`${path}/actions/unassign`, {});
    await api.delete(path).catch(ignore(isGone, undefined));
  },
};
