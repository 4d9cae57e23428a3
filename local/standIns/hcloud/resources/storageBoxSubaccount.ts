import type { Values } from "../../../../provider/grpc/types";
import { ignore, isGone, onCodes, type Action, type RetryRule } from "../client";
import { changedFields, labelsWithDefault, nameProperty, unlessEmpty } from "../common";
import type { Labels } from "../objects";
import type { Resource } from "../resource";
import { accessSettings, type Access } from "./accessSettings";

interface Inputs {
  readonly storageBoxId: number;
  readonly homeDirectory: string;
  readonly password: string;
  readonly name: string;
  readonly description?: string;
  readonly labels?: Labels;
  readonly accessSettings?: Access;
}

interface ApiSubaccount {
  readonly id: number;
  readonly name: string;
  readonly username: string;
  readonly server: string;
  readonly home_directory: string;
  readonly description: string;
  readonly labels: Labels;
  readonly access_settings: Readonly<Record<string, boolean>>;
}

/** Boxes take one change at a time and say so; the change comes through a little later. */
const whileBoxIsLocked: RetryRule = { tries: 10, on: onCodes("locked") };

const access = accessSettings(["reachableExternally", "readonly", "sambaEnabled", "sshEnabled", "webdavEnabled"]);

export const storageBoxSubaccount: Resource<Inputs> = {
  group: "framework",
  namedAutomatically: true,
  properties: {
    storageBoxId: { kind: "integer", required: true, replaces: true },
    homeDirectory: { kind: "string", required: true },
    password: { kind: "string", required: true },
    name: nameProperty,
    description: { kind: "string", default: "" },
    labels: labelsWithDefault,
    accessSettings: access.property,
  },
  outputs: ["username", "server"],

  async create({ api }, inputs) {
    const collection = `/storage_boxes/${String(inputs.storageBoxId)}/subaccounts`;
    const body = {
      name: inputs.name,
      home_directory: inputs.homeDirectory,
      password: inputs.password,
      description: unlessEmpty(inputs.description),
      labels: unlessEmpty(inputs.labels),
      access_settings: access.toApi(inputs.accessSettings),
    };
    const { subaccount, action } = await api.retry(whileBoxIsLocked, () =>
      api.post<{ subaccount: { id: number }; action: Action }>(collection, body),
    );
    await api.wait(action);
    return toState(await api.get(`${collection}/${String(subaccount.id)}`), inputs.storageBoxId, inputs.password);
  },

  async read({ api }, id, prior) {
    const { path, boxId } = locate(id, prior);
    const found = await api.find<{ subaccount: ApiSubaccount }>(path);
    return found && toState(found, boxId, prior.password);
  },

  async update({ api }, { id, changed, news }) {
    const { path, boxId } = locate(id, { storageBoxId: news.storageBoxId });
    const act = (action: string, body: unknown) => api.act(`${path}/actions/${action}`, body);
    if (changed.has("homeDirectory")) await act("change_home_directory", { home_directory: news.homeDirectory });
    if (changed.has("password")) await act("reset_subaccount_password", { password: news.password });
    if (changed.has("accessSettings")) await act("update_access_settings", access.toApi(news.accessSettings));
    const body = changedFields(changed, {
      name: { name: news.name },
      description: { description: news.description ?? "" },
      labels: { labels: news.labels ?? {} },
    });
    return toState(await api.put(path, body), boxId, news.password);
  },

  async delete({ api }, id, state) {
    const { path } = locate(id, state);
    const answer = await api.delete<{ action: Action } | undefined>(path).catch(ignore(isGone, undefined));
    await api.wait(answer?.action);
  },
};

/**
 * Where a subaccount is found. Its id is unique only within its Storage Box, which the state knows; an import has to
 * name it: `<box id>/<id>`.
 *
 * @throws when an import does not name the box
 */
function locate(id: string, prior: Values): { path: string; boxId: number } {
  const [, box, part] = /^(?:(\d+)\/)?(\d+)$/.exec(id) ?? [];
  const boxId = box || String((prior.storageBoxId as number | undefined) ?? "");
  if (!part || !boxId) throw new Error(`${JSON.stringify(id)} cannot be imported: <storage box id>/<id> is expected.`);
  return { path: `/storage_boxes/${boxId}/subaccounts/${part}`, boxId: Number(boxId) };
}

function toState({ subaccount }: { subaccount: ApiSubaccount }, boxId: number, password: unknown) {
  return {
    id: String(subaccount.id),
    storageBoxId: boxId,
    homeDirectory: subaccount.home_directory,
    password,
    name: subaccount.name,
    description: subaccount.description,
    labels: subaccount.labels,
    accessSettings: access.toState(subaccount.access_settings),
    username: subaccount.username,
    server: subaccount.server,
  };
}
