import type { Action } from "../client";
import { labelsProperty, nameProperty, putEach, unlessEmpty } from "../common";
import type { Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly name: string;
  readonly type: string;
  readonly labels?: Labels;
}

interface ApiPlacementGroup {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly labels: Labels;
  readonly servers: readonly number[];
}

export const placementGroup: Resource<Inputs> = {
  group: "sdk",
  namedAutomatically: true,
  properties: {
    name: nameProperty,
    type: {
      kind: "string",
      required: true,
      check: (type) => (type === "spread" ? undefined : `${JSON.stringify(type)} is not "spread", the only type`),
    },
    labels: labelsProperty,
  },
  outputs: ["servers"],

  async create({ api }, { name, type, labels }, known) {
    const body = { name, type, labels: unlessEmpty(labels) };
    const answer = await api.post<{ placement_group: ApiPlacementGroup; action: Action | null }>(
      "/placement_groups",
      body,
    );
    known(String(answer.placement_group.id));
    await api.wait(answer.action);
    return undefined;
  },

  async read({ api }, id) {
    const found = await api.find<{ placement_group: ApiPlacementGroup }>(`/placement_groups/${id}`);
    return found && { ...found.placement_group, id: String(found.placement_group.id) };
  },

  async update({ api }, { id, changed, news }) {
    const path = `/placement_groups/${id}`;
    await api.get(path);
    await putEach(api, path, changed, { name: { name: news.name }, labels: { labels: news.labels ?? {} } });
    return undefined;
  },

  async delete({ api }, id) {
    await api.delete(`/placement_groups/${id}`);
  },
};
