import { ignore, isGone, onCodes, type Action, type HcloudClient, type RetryRule } from "../client";
import { flag, labelsProperty, nameProperty, putEach, putProtection, unlessEmpty } from "../common";
import type { ApiVolume, Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly name: string;
  readonly size: number;
  readonly location?: string;
  readonly serverId?: number;
  readonly automount?: boolean;
  readonly format?: string;
  readonly labels?: Labels;
  readonly deleteProtection?: boolean;
}

/** The official plugin repeats these whatever the reason. */
const always: RetryRule = { tries: 5, on: () => true };
const whileLocked: RetryRule = { tries: Infinity, on: onCodes("locked") };

export const volume: Resource<Inputs> = {
  group: "sdk",
  namedAutomatically: true,
  properties: {
    name: nameProperty,
    size: { kind: "integer", required: true },
    location: { kind: "string", computed: true, replaces: true },
    serverId: { kind: "integer", computed: true },
    automount: { kind: "boolean" },
    format: { kind: "string" },
    labels: labelsProperty,
    deleteProtection: flag,
  },
  outputs: ["linuxDevice"],

  async create({ api }, inputs, known) {
    if (!inputs.location && !inputs.serverId) throw new Error("One of location and serverId is needed.");
    const body = {
      name: inputs.name,
      size: inputs.size,
      server: inputs.serverId === 0 ? undefined : inputs.serverId,
      location: inputs.location,
      labels: unlessEmpty(inputs.labels),
      automount: inputs.automount === true ? true : undefined,
      format: inputs.format,
    };
    const { volume, action, next_actions } = await api.retry(whileLocked, () =>
      api.post<{ volume: ApiVolume; action: Action; next_actions: Action[] }>("/volumes", body),
    );
    const path = `/volumes/${String(volume.id)}`;
    known(String(volume.id));
    await api.wait(action);
    for (const next of next_actions) await api.wait(next).catch(attachAgainWhenLocked(api, path, inputs));
    if (inputs.deleteProtection) await api.act(`${path}/actions/change_protection`, { delete: true });
    return undefined;
  },

  async read({ api }, id, prior) {
    const found = await api.find<{ volume: ApiVolume }>(`/volumes/${id}`);
    if (!found) return undefined;
    const { volume } = found;
    return {
      id: String(volume.id),
      name: volume.name,
      size: volume.size,
      location: volume.location.name,
      serverId: volume.server ?? 0,
      automount: prior.automount ?? null,
      format: prior.format ?? null,
      labels: volume.labels,
      deleteProtection: volume.protection.delete,
      linuxDevice: volume.linux_device,
    };
  },

  async update({ api }, { id, changed, news, olds }) {
    const path = `/volumes/${id}`;
    await api.get(path);
    await putEach(api, path, changed, { name: { name: news.name } });
    if (changed.has("serverId")) {
      if (olds.serverId) await api.retry(always, () => api.act(`${path}/actions/detach`, {}));
      if (news.serverId) await api.retry(always, () => attach(api, path, news));
    }
    if (changed.has("size")) await api.act(`${path}/actions/resize`, { size: news.size });
    await putEach(api, path, changed, { labels: { labels: news.labels ?? {} } });
    await putProtection(api, path, changed, news);
    return undefined;
  },

  async delete({ api }, id) {
    const path = `/volumes/${id}`;
    const found = await api.find<{ volume: ApiVolume }>(path);
    if (!found) return;
    if (found.volume.server !== null) await api.retry(always, () => api.act(`${path}/actions/detach`, {}));
    await api.retry(always, () => api.delete(path).catch(ignore(isGone, undefined)));
  },
};

function attach(api: HcloudClient, path: string, { serverId, automount }: Inputs): Promise<void> {
  return api.act(`${path}/actions/attach`, { server: serverId, automount: automount === true ? true : undefined });
}

/** A server that is still being made refuses its volume; the volume itself is there. */
function attachAgainWhenLocked(api: HcloudClient, path: string, inputs: Inputs): (error: unknown) => Promise<void> {
  return async (error) => {
    if (!/locked/.test(String(error))) throw error;
    await api.retry(always, () => attach(api, path, inputs));
  };
}
