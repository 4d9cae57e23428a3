import type { ApiFloatingIp } from "../objects";
import type { Context, Resource } from "../resource";

interface Inputs {
  readonly floatingIpId: number;
  readonly serverId: number;
}

export const floatingIpAssignment: Resource<Inputs> = {
  group: "sdk",
  properties: {
    floatingIpId: { kind: "integer", required: true, replaces: true },
    serverId: { kind: "integer", required: true },
  },
  outputs: [],

  async create({ api }, { floatingIpId, serverId }, known) {
    await api.act(`/floating_ips/${String(floatingIpId)}/actions/assign`, { server: serverId });
    known(String(floatingIpId));
    return undefined;
  },

  async read(context, id, prior) {
    const ip = await find(context, id);
    if (!ip || ip.server === null) return undefined;
    const recorded = Number(prior.serverId ?? ip.server);
    if (!(await context.api.find(`/servers/${String(recorded)}`))) return undefined;
    return { id, floatingIpId: ip.id, serverId: ip.server };
  },

  async update(context, { id, changed, news }) {
    await find(context, id);
    if (changed.has("serverId")) await context.api.act(`/floating_ips/${id}/actions/assign`, { server: news.serverId });
    return undefined;
  },

  async delete(context, id) {
    const ip = await find(context, id);
    if (ip && ip.server !== null) await context.api.act(`/floating_ips/${id}/actions/unassign`, {});
  },
};

async function find({ api }: Context, id: string): Promise<ApiFloatingIp | undefined> {
  return (await api.find<{ floating_ip: ApiFloatingIp }>(`/floating_ips/${id}`))?.floating_ip;
}
