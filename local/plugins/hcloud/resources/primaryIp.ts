import { ignore, isGone, type Action, type Api, type RetryRule, onCodes } from "../client";
import { changedFields, flag, ipTypeProperty, labelsWithDefault, locationOf, nameProperty, requireId } from "../common";
import type { ApiPrimaryIp, ApiServer, Labels } from "../objects";
import type { Resource } from "../resource";

interface Inputs {
  readonly type: string;
  readonly name: string;
  readonly location?: string;
  readonly datacenter?: string;
  readonly assigneeId?: number;
  readonly assigneeType?: string;
  readonly autoDelete?: boolean;
  readonly labels?: Labels;
  readonly deleteProtection?: boolean;
}

const stubborn: RetryRule = { tries: 10, on: (error) => !onCodes("not_found", "protected")(error) };

export const primaryIp: Resource<Inputs> = {
  group: "framework",
  namedAutomatically: true,
  properties: {
    type: ipTypeProperty,
    name: nameProperty,
    location: { kind: "string", computed: true, replaces: true },
    datacenter: { kind: "string", computed: true, replaces: true },
    assigneeId: { kind: "integer", computed: true },
    assigneeType: { kind: "string", computed: true },
    autoDelete: flag,
    labels: labelsWithDefault,
    deleteProtection: flag,
  },
  outputs: ["ipAddress", "ipNetwork"],
  unknownOnUpdate: ["assigneeId", "assigneeType"],
  check: ({ location, datacenter, assigneeId, assigneeType }) => {
    const given = [location, datacenter, assigneeId].filter((value) => value !== undefined).length;
    if (given !== 1) return ["Exactly one of location, datacenter and assigneeId is needed"];
    return assigneeId !== undefined && assigneeType === undefined ? ["assigneeId needs an assigneeType"] : [];
  },

  async create({ api }, inputs) {
    const assigned = inputs.assigneeId !== undefined;
    const { primary_ip, action } = await api.post<{ primary_ip: ApiPrimaryIp; action?: Action | null }>(
      "/primary_ips",
      {
        name: inputs.name,
        type: inputs.type,
        labels: inputs.labels ?? {},
        auto_delete: inputs.autoDelete ?? false,
        location: locationOf(inputs),
        assignee_id: inputs.assigneeId,
        assignee_type: assigned ? inputs.assigneeType : undefined,
      },
    );
    const path = `/primary_ips/${String(primary_ip.id)}`;
    await api.wait(action);
    if (inputs.deleteProtection) await api.act(`${path}/actions/change_protection`, { delete: true });
    return toState(await api.get(path), inputs);
  },

  async read({ api }, id, prior) {
    const found = await api.find<{ primary_ip: ApiPrimaryIp }>(`/primary_ips/${requireId(id)}`);
    return found && toState(found, prior);
  },

  async update({ api }, { id, changed, news, olds }) {
    const path = `/primary_ips/${id}`;
    if (changed.has("deleteProtection")) {
      await api.act(`${path}/actions/change_protection`, { delete: news.deleteProtection ?? false });
    }
    if (changed.has("assigneeId")) {
      if (olds.assigneeId) await api.act(`${path}/actions/unassign`);
      if (news.assigneeId) {
        await api.act(`${path}/actions/assign`, { assignee_id: news.assigneeId, assignee_type: news.assigneeType });
      }
    }
    const body = changedFields(changed, {
      name: { name: news.name },
      labels: { labels: news.labels ?? {} },
      autoDelete: { auto_delete: news.autoDelete ?? false },
    });
    return toState(await api.put(path, body), news);
  },

  async delete({ api }, id, { assigneeId, assigneeType, type }) {
    if (assigneeId && assigneeType === "server")
      await takeFromServer(api, Number(id), String(type), Number(assigneeId));
    await api.retry(stubborn, () => api.delete(`/primary_ips/${id}`)).catch(ignore(isGone, undefined));
  },
};

function toState({ primary_ip: ip }: { primary_ip: ApiPrimaryIp }, prior: { datacenter?: unknown }) {
  return {
    id: String(ip.id),
    type: ip.type,
    name: ip.name,
    location: ip.location?.name ?? ip.datacenter?.location.name,
    datacenter: ip.datacenter?.name ?? prior.datacenter ?? undefined,
    assigneeId: ip.assignee_id ?? 0,
    assigneeType: ip.assignee_type,
    autoDelete: ip.auto_delete,
    labels: ip.labels,
    deleteProtection: ip.protection.delete,
    ipAddress: ip.ip.replace(/\/\d+$/, ""),
    ipNetwork: ip.type === "ipv6" ? ip.ip : undefined,
  };
}

/** A server gives an address up only while it is off; what goes wrong here shows when the address is deleted. */
async function takeFromServer(api: Api, id: number, type: string, serverId: number): Promise<void> {
  const path = `/servers/${String(serverId)}`;
  const found = await api.find<{ server: ApiServer }>(path);
  const held = type === "ipv6" ? found?.server.public_net.ipv6?.id : found?.server.public_net.ipv4?.id;
  if (held !== id) return;
  const leave = () => undefined;
  await api.act(`${path}/actions/poweroff`).catch(leave);
  await api.act(`/primary_ips/${String(id)}/actions/unassign`).catch(leave);
  await api.act(`${path}/actions/poweron`).catch(leave);
}
