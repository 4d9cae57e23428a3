import { ignore, isGone, type Action } from "../client";
import { putEach, unlessEmpty } from "../common";
import type { ApiImage, Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly serverId: number;
  readonly description?: string;
  readonly labels?: Labels;
}

export const snapshot: Resource<Inputs> = {
  group: "sdk",
  properties: {
    serverId: { kind: "integer", required: true, replaces: true },
    description: { kind: "string" },
    // Hetzner's rules for labels are not checked here by the official plugin either; the API does.
    labels: { kind: "labels" },
  },
  outputs: [],

  async create({ api }, { serverId, description, labels }, known) {
    const { image, action } = await api.post<{ image: ApiImage; action: Action }>(
      `/servers/${String(serverId)}/actions/create_image`,
      { type: "snapshot", description: description ?? "", labels: unlessEmpty(labels) },
    );
    known(String(image.id));
    await api.wait(action);
    return undefined;
  },

  async read({ api }, id, prior) {
    const found = await api.find<{ image: ApiImage }>(`/images/${id}`);
    if (found?.image.type !== "snapshot") return undefined;
    const { image } = found;
    return {
      id: String(image.id),
      serverId: image.created_from?.id ?? Number(prior.serverId ?? 0),
      description: image.description,
      labels: image.labels,
    };
  },

  async update({ api }, { id, changed, news }) {
    await putEach(api, `/images/${id}`, changed, {
      description: { description: news.description ?? "" },
      labels: { labels: news.labels ?? {} },
    });
    return undefined;
  },

  async delete({ api }, id) {
    await api.delete(`/images/${id}`).catch(ignore(isGone, undefined));
  },
};
