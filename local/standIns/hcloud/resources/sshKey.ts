import { changedFields, labelsWithDefault, nameProperty, requireId } from "../common";
import { ignore, isGone } from "../client";
import type { Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly name: string;
  readonly publicKey: string;
  readonly labels?: Labels;
}

interface ApiSshKey {
  readonly id: number;
  readonly name: string;
  readonly public_key: string;
  readonly fingerprint: string;
  readonly labels: Labels;
}

export const sshKey: Resource<Inputs> = {
  group: "framework",
  namedAutomatically: true,
  properties: {
    name: nameProperty,
    publicKey: { kind: "string", required: true, replaces: true },
    labels: labelsWithDefault,
  },
  outputs: ["fingerprint"],

  async create({ api }, { name, publicKey, labels = {} }) {
    const { ssh_key } = await api.post<{ ssh_key: ApiSshKey }>("/ssh_keys", { name, public_key: publicKey, labels });
    return toState(ssh_key);
  },

  async read({ api }, id) {
    const found = await api.find<{ ssh_key: ApiSshKey }>(`/ssh_keys/${requireId(id)}`);
    return found && toState(found.ssh_key);
  },

  async update({ api }, { id, changed, news }) {
    const { ssh_key } = await api.put<{ ssh_key: ApiSshKey }>(
      `/ssh_keys/${id}`,
      changedFields(changed, { name: { name: news.name }, labels: { labels: news.labels ?? {} } }),
    );
    return toState(ssh_key);
  },

  async delete({ api }, id) {
    await api.delete(`/ssh_keys/${id}`).catch(ignore(isGone, undefined));
  },
};

function toState(key: ApiSshKey) {
  return {
    id: String(key.id),
    name: key.name,
    // The API cuts white space at the ends; a program that has it would see its key replaced at every `up`.
    publicKey: key.public_key,
    labels: key.labels,
    fingerprint: key.fingerprint,
  };
}
