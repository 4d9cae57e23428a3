import type { HcloudClient } from "../client";
import { putEach } from "../common";
import type { ApiServer } from "../objects";
import { asList } from "../properties";
import type { Update, Context } from "../resource";
import { enableRescue, mountIso } from "./serverBoot";
import type { ServerInputs } from "./serverInputs";
import { findSshKey } from "./serverLookups";
import { changeNetworks, type NetworkEntry } from "./serverNetworks";
import { changePublicNets, type PublicNet } from "./serverPublicNets";

/** Brings a server from the state to the inputs, step by step in the order of the official plugin. */
export async function updateServer({ api }: Context, { id, changed, news, olds }: Update<ServerInputs>): Promise<void> {
  const path = `/servers/${id}`;
  const act = (action: string, body?: unknown) => api.act(`${path}/actions/${action}`, body);
  const { server } = await api.get<{ server: ApiServer }>(path);

  await putEach(api, path, changed, { name: { name: news.name }, labels: { labels: news.labels ?? {} } });
  if (changed.has("serverType")) {
    if (server.status === "running") await act("poweroff");
    await act("change_type", { server_type: news.serverType, upgrade_disk: !(news.keepDisk ?? false) });
  }
  if (changed.has("backups")) await act(news.backups ? "enable_backup" : "disable_backup");
  if (changed.has("iso")) await changeIso(api, path, server, news.iso);
  if (changed.has("rescue")) await changeRescue(api, path, server, news);
  if (changed.has("networks")) {
    await changeNetworks(api, server.id, asList(olds.networks) as NetworkEntry[], news.networks ?? []);
  }
  if (changed.has("firewallIds")) {
    await changeFirewalls(api, server.id, asList(olds.firewallIds) as number[], news.firewallIds ?? []);
  }
  if (changed.has("publicNets")) {
    await changePublicNets(api, server, asList(olds.publicNets)[0] as PublicNet | undefined, news.publicNets?.[0]);
  }
  if (changed.has("placementGroupId")) {
    if (server.placement_group) {
      if (server.status !== "off") {
        throw new Error(
          `Server ${server.name} is ${server.status}: it leaves its placement group only while it is off.`,
        );
      }
      await act("remove_from_placement_group");
    }
    if (news.placementGroupId) {
      await api.get(`/placement_groups/${String(news.placementGroupId)}`);
      await act("add_to_placement_group", { placement_group: news.placementGroupId });
    }
  }
  if (changed.has("deleteProtection") || changed.has("rebuildProtection")) {
    await act("change_protection", {
      delete: news.deleteProtection ?? false,
      rebuild: news.rebuildProtection ?? false,
    });
  }
}

async function changeIso(api: HcloudClient, path: string, server: ApiServer, iso: string | undefined): Promise<void> {
  if (server.iso) await api.act(`${path}/actions/detach_iso`);
  if (iso) return mountIso(api, path, iso);
  return api.act(`${path}/actions/reset`);
}

async function changeRescue(api: HcloudClient, path: string, server: ApiServer, news: ServerInputs): Promise<void> {
  if (server.rescue_enabled) await api.act(`${path}/actions/disable_rescue`);
  if (!news.rescue) return api.act(`${path}/actions/reset`);
  const sshKeys: number[] = [];
  for (const key of news.sshKeys ?? []) sshKeys.push(await findSshKey(api, key));
  return enableRescue(api, path, news.rescue, sshKeys);
}

async function changeFirewalls(
  api: HcloudClient,
  serverId: number,
  before: readonly number[],
  after: readonly number[],
): Promise<void> {
  const target = [{ type: "server", server: { id: serverId } }];
  for (const firewall of before.filter((id) => !after.includes(id))) {
    await api.act(`/firewalls/${String(firewall)}/actions/remove_from_resources`, { remove_from: target });
  }
  for (const firewall of after.filter((id) => !before.includes(id))) {
    await api.act(`/firewalls/${String(firewall)}/actions/apply_to_resources`, { apply_to: target });
  }
}
