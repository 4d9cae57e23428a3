import { ignore, isGone, type Action } from "../client";
import { changedFields, labelsWithDefault, unlessEmpty } from "../common";
import type { Labels } from "../objects";
import type { Resource } from "../resource";
import { partOfBox } from "./storageBoxParts";
import { whileBoxIsLocked } from "./storageBoxSubaccount";

interface Inputs {
  readonly storageBoxId: number;
  readonly description?: string;
  readonly labels?: Labels;
}

interface ApiBoxSnapshot {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly labels: Labels;
  readonly is_automatic: boolean;
}

export const storageBoxSnapshot: Resource<Inputs> = {
  group: "framework",
  properties: {
    storageBoxId: { kind: "integer", required: true, replaces: true },
    description: { kind: "string", default: "" },
    labels: labelsWithDefault,
  },
  outputs: ["name", "isAutomatic"],

  async create({ api }, inputs) {
    const collection = `/storage_boxes/${String(inputs.storageBoxId)}/snapshots`;
    const body = { description: unlessEmpty(inputs.description), labels: unlessEmpty(inputs.labels) };
    const { snapshot, action } = await api.retry(whileBoxIsLocked, () =>
      api.post<{ snapshot: { id: number }; action: Action }>(collection, body),
    );
    await api.wait(action);
    return toState(await api.get(`${collection}/${String(snapshot.id)}`), inputs.storageBoxId);
  },

  async read({ api }, id, prior) {
    const { path, boxId } = partOfBox("snapshots", id, prior);
    const found = await api.find<{ snapshot: ApiBoxSnapshot }>(path);
    return found && toState(found, boxId);
  },

  async update({ api }, { id, changed, news }) {
    const { path, boxId } = partOfBox("snapshots", id, { storageBoxId: news.storageBoxId });
    const body = changedFields(changed, {
      description: { description: news.description ?? "" },
      labels: { labels: news.labels ?? {} },
    });
    return toState(await api.put(path, body), boxId);
  },

  async delete({ api }, id, state) {
    const { path } = partOfBox("snapshots", id, state);
    const answer = await api.delete<{ action: Action } | undefined>(path).catch(ignore(isGone, undefined));
    await api.wait(answer?.action);
  },
};

function toState({ snapshot }: { snapshot: ApiBoxSnapshot }, boxId: number) {
  return {
    id: String(snapshot.id),
    storageBoxId: boxId,
    description: snapshot.description,
    labels: snapshot.labels,
    name: snapshot.name,
    isAutomatic: snapshot.is_automatic,
  };
}
