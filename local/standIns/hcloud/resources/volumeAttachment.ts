import { onCodes, type RetryRule } from "../client";
import type { ApiVolume } from "../objects";
import type { Context, Resource } from "../resource";

interface Inputs {
  readonly volumeId: number;
  readonly serverId: number;
  readonly automount?: boolean;
}

const whileLocked: RetryRule = { tries: 5, on: onCodes("locked") };

export const volumeAttachment: Resource<Inputs> = {
  group: "sdk",
  properties: {
    volumeId: { kind: "integer", required: true, replaces: true },
    serverId: { kind: "integer", required: true, replaces: true },
    automount: { kind: "boolean", computed: true },
  },
  outputs: [],

  async create({ api }, { volumeId, serverId, automount }, known) {
    const body = { server: serverId, automount: automount === true ? true : undefined };
    await api.retry(whileLocked, () => api.act(`/volumes/${String(volumeId)}/actions/attach`, body));
    known(String(volumeId));
    return undefined;
  },

  async read(context, id, prior) {
    const volume = await find(context, id);
    if (!volume || volume.server === null) return undefined;
    const recorded = Number(prior.serverId ?? volume.server);
    if (!(await context.api.find(`/servers/${String(recorded)}`))) return undefined;
    const automount = typeof prior.automount === "boolean" ? prior.automount : null;
    return { id, volumeId: volume.id, serverId: volume.server, automount };
  },

  // No update: a change of `automount` alone is planned and then fails, as with the official plugin.

  async delete(context, id) {
    const volume = await find(context, id);
    if (!volume || volume.server === null) return;
    const { api } = context;
    await api.retry(whileLocked, () => api.act(`/volumes/${id}/actions/detach`, {}));
  },
};

async function find({ api }: Context, id: string): Promise<ApiVolume | undefined> {
  return (await api.find<{ volume: ApiVolume }>(`/volumes/${id}`))?.volume;
}
