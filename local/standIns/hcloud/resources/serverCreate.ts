import type { Action } from "../client";
import { locationOf, unlessEmpty } from "../common";
import type { ApiServer } from "../objects";
import type { Context } from "../resource";
import { enableRescue, mountIso } from "./serverBoot";
import type { ServerInputs } from "./serverInputs";
import { findImage, findServerType, findSshKey } from "./serverLookups";
import { attachToNetwork } from "./serverNetworks";

/** Looks up what the request needs, makes the server, and brings it into its networks and settings. */
export async function createServer(context: Context, inputs: ServerInputs, known: (id: string) => void): Promise<void> {
  const { api } = context;
  const type = await findServerType(context, inputs.serverType);
  const image = await findImage(context, inputs.image, type.architecture);
  const sshKeys: number[] = [];
  for (const key of inputs.sshKeys ?? []) sshKeys.push(await findSshKey(api, key));
  if (inputs.placementGroupId) await api.get(`/placement_groups/${String(inputs.placementGroupId)}`);

  const [publicNet] = inputs.publicNets ?? [];
  const networks = inputs.networks ?? [];
  // Without any public address the server starts only when it is in its networks.
  const startLater = publicNet?.ipv4Enabled === false && publicNet.ipv6Enabled === false && networks.length > 0;
  const { server, action, next_actions } = await api.post<{
    server: ApiServer;
    action: Action;
    next_actions: Action[];
  }>("/servers", {
    name: inputs.name,
    server_type: inputs.serverType,
    image,
    ssh_keys: unlessEmpty(sshKeys),
    location: locationOf(inputs),
    user_data: unlessEmpty(inputs.userData),
    labels: unlessEmpty(inputs.labels),
    firewalls: unlessEmpty(inputs.firewallIds)?.map((firewall) => ({ firewall })),
    placement_group: inputs.placementGroupId === 0 ? undefined : inputs.placementGroupId,
    public_net: publicNet && {
      enable_ipv4: publicNet.ipv4Enabled ?? true,
      enable_ipv6: publicNet.ipv6Enabled ?? true,
      ipv4: publicNet.ipv4 === 0 ? undefined : publicNet.ipv4,
      ipv6: publicNet.ipv6 === 0 ? undefined : publicNet.ipv6,
    },
    start_after_create: startLater ? false : undefined,
  });
  const path = `/servers/${String(server.id)}`;
  known(String(server.id));
  await api.wait(action);
  for (const next of next_actions) await api.wait(next);

  for (const network of networks) await attachToNetwork(api, server.id, network);
  if (startLater) await api.retry({ tries: 5, on: () => true }, () => api.act(`${path}/actions/poweron`));
  if (inputs.backups) await api.act(`${path}/actions/enable_backup`);
  if (inputs.iso) await mountIso(api, path, inputs.iso);
  if (inputs.rescue) await enableRescue(api, path, inputs.rescue, sshKeys);
  if (inputs.deleteProtection || inputs.rebuildProtection) {
    await api.act(`${path}/actions/change_protection`, {
      delete: inputs.deleteProtection ?? false,
      rebuild: inputs.rebuildProtection ?? false,
    });
  }
}
