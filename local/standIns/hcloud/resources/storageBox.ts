import { ignore, isGone, type Action, type HcloudClient } from "../client";
import { changedFields, flag, findByName, isId, labelsWithDefault, nameProperty, unlessEmpty } from "../common";
import type { ApiLocation, Labels } from "../objects";
import type { Resource } from "../resource";
import { accessSettings, type Access } from "./accessSettings";

interface SnapshotPlan {
  readonly maxSnapshots: number;
  readonly minute: number;
  readonly hour: number;
  /** 0 is Sunday here, 7 in the API. */
  readonly dayOfWeek?: number | null;
  readonly dayOfMonth?: number | null;
}

interface Inputs {
  readonly name: string;
  readonly storageBoxType: string;
  readonly location: string;
  readonly password: string;
  readonly sshKeys?: readonly string[];
  readonly labels?: Labels;
  readonly accessSettings?: Access;
  readonly deleteProtection?: boolean;
  readonly snapshotPlan?: SnapshotPlan;
}

interface ApiStorageBox {
  readonly id: number;
  readonly name: string;
  readonly username: string;
  readonly server: string;
  readonly system: string;
  readonly storage_box_type: { readonly name: string };
  readonly location: ApiLocation;
  readonly labels: Labels;
  readonly protection: { readonly delete: boolean };
  readonly access_settings: Readonly<Record<string, boolean>>;
  readonly snapshot_plan: Readonly<Record<string, number | null>> | null;
}

const required = { kind: "integer", required: true } as const;
const access = accessSettings(["reachableExternally", "sambaEnabled", "sshEnabled", "webdavEnabled", "zfsEnabled"]);

export const storageBox: Resource<Inputs> = {
  group: "framework",
  namedAutomatically: true,
  properties: {
    name: nameProperty,
    storageBoxType: { kind: "string", required: true },
    location: { kind: "string", required: true, replaces: true },
    password: { kind: "string", required: true },
    sshKeys: { kind: "strings", unordered: true, default: [], replaces: true },
    labels: labelsWithDefault,
    accessSettings: access.property,
    deleteProtection: flag,
    snapshotPlan: {
      kind: "object",
      fields: {
        maxSnapshots: required,
        minute: required,
        hour: required,
        dayOfWeek: { kind: "integer", same: (current, desired) => (current ?? null) === (desired ?? null) },
        dayOfMonth: { kind: "integer" },
      },
    },
  },
  outputs: ["username", "server", "system"],

  async create({ api }, inputs) {
    const { storage_box, action } = await api.post<{ storage_box: { id: number }; action: Action }>("/storage_boxes", {
      name: inputs.name,
      storage_box_type: inputs.storageBoxType,
      location: inputs.location,
      labels: inputs.labels ?? {},
      password: inputs.password,
      ssh_keys: unlessEmpty(inputs.sshKeys),
      access_settings: access.toApi(inputs.accessSettings),
    });
    const path = `/storage_boxes/${String(storage_box.id)}`;
    await api.wait(action);
    await api.act(`${path}/actions/change_protection`, { delete: inputs.deleteProtection ?? false });
    if (inputs.snapshotPlan) await setPlan(api, path, inputs.snapshotPlan);
    return toState(await api.get(path), inputs);
  },

  async read({ api }, id, prior) {
    const found = isId(id) ? id : (await findByName<ApiStorageBox>(api, "/storage_boxes?", id))?.id;
    if (found === undefined) throw new Error(`There is no Storage Box of the name ${JSON.stringify(id)}.`);
    const box = await api.find<{ storage_box: ApiStorageBox }>(`/storage_boxes/${String(found)}`);
    return box && toState(box, prior);
  },

  async update({ api }, { id, changed, news }) {
    const path = `/storage_boxes/${id}`;
    const act = (action: string, body: unknown) => api.act(`${path}/actions/${action}`, body);
    if (changed.has("deleteProtection")) await act("change_protection", { delete: news.deleteProtection ?? false });
    if (changed.has("snapshotPlan")) await setPlan(api, path, news.snapshotPlan);
    if (changed.has("storageBoxType")) await act("change_type", { storage_box_type: news.storageBoxType });
    if (changed.has("password")) await act("reset_password", { password: news.password });
    if (changed.has("accessSettings")) await act("update_access_settings", access.toApi(news.accessSettings));
    const body = changedFields(changed, { name: { name: news.name }, labels: { labels: news.labels ?? {} } });
    return toState(await api.put(path, body), news);
  },

  async delete({ api }, id, state) {
    const path = `/storage_boxes/${id}`;
    const remove = async () => {
      if (state.deleteProtection) await api.act(`${path}/actions/change_protection`, { delete: false });
      const answer = await api.delete<{ action: Action }>(path);
      await api.wait(answer.action);
    };
    await remove().catch(ignore(isGone, undefined));
  },
};

async function setPlan(api: HcloudClient, path: string, plan: SnapshotPlan | undefined): Promise<void> {
  if (!plan) return api.act(`${path}/actions/disable_snapshot_plan`);
  return api.act(`${path}/actions/enable_snapshot_plan`, {
    max_snapshots: plan.maxSnapshots,
    minute: plan.minute,
    hour: plan.hour,
    day_of_week: plan.dayOfWeek === 0 ? 7 : (plan.dayOfWeek ?? null),
    day_of_month: plan.dayOfMonth ?? null,
  });
}

/** @param prior has what the API never shows: password and keys */
function toState(
  { storage_box: box }: { storage_box: ApiStorageBox },
  prior: { password?: unknown; sshKeys?: unknown },
) {
  const plan = box.snapshot_plan;
  return {
    id: String(box.id),
    name: box.name,
    storageBoxType: box.storage_box_type.name,
    location: box.location.name,
    password: prior.password,
    sshKeys: prior.sshKeys ?? [],
    labels: box.labels,
    accessSettings: access.toState(box.access_settings),
    deleteProtection: box.protection.delete,
    snapshotPlan: plan
      ? {
          maxSnapshots: plan.max_snapshots,
          minute: plan.minute,
          hour: plan.hour,
          dayOfWeek: plan.day_of_week === 7 ? 0 : (plan.day_of_week ?? undefined),
          dayOfMonth: plan.day_of_month ?? undefined,
        }
      : undefined,
    username: box.username,
    server: box.server,
    system: box.system,
  };
}
