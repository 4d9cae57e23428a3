import type { Action, Api } from "../client";
import { findByName, isId, locationOf, unlessEmpty } from "../common";
import type { ApiImage, ApiServer } from "../objects";
import type { Context } from "../resource";
import type { ServerInputs } from "./server";
import { attachToNetwork } from "./serverNetwork";
import { enableRescue, mountIso } from "./serverUpdate";

interface ApiServerType {
  readonly name: string;
  readonly architecture: string;
  readonly deprecation?: { readonly announced: string; readonly unavailable_after: string } | null;
}

/** Days after the announcement during which a deprecated image can still be used. */
const daysOfGrace = 90;

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

/** Id of a key that the program names by id or name. */
export async function findSshKey(api: Api, idOrName: string): Promise<number> {
  const key = isId(idOrName)
    ? (await api.find<{ ssh_key: { id: number } }>(`/ssh_keys/${idOrName}`))?.ssh_key
    : await findByName<{ id: number }>(api, "/ssh_keys?", idOrName);
  if (!key) throw new Error(`There is no SSH key ${JSON.stringify(idOrName)}.`);
  return key.id;
}

async function findServerType({ api, log }: Context, idOrName: string): Promise<ApiServerType> {
  const type = isId(idOrName)
    ? (await api.find<{ server_type: ApiServerType }>(`/server_types/${idOrName}`))?.server_type
    : await findByName<ApiServerType>(api, "/server_types?", idOrName);
  if (!type) throw new Error(`There is no server type ${JSON.stringify(idOrName)}.`);
  if (type.deprecation) {
    const { unavailable_after: end } = type.deprecation;
    log(`Server type ${type.name} is deprecated and cannot be ordered after ${end}.`, { level: "warning" });
  }
  return type;
}

async function findImage({ api, log }: Context, idOrName: string | undefined, architecture: string): Promise<number> {
  if (!idOrName) throw new Error("image is missing: a new server needs one, e.g. debian-13.");
  const image = isId(idOrName)
    ? (await api.find<{ image: ApiImage }>(`/images/${idOrName}`))?.image
    : await findByName<ApiImage>(api, `/images?architecture=${architecture}&include_deprecated=true&`, idOrName);
  if (!image) throw new Error(`There is no image ${JSON.stringify(idOrName)} for ${architecture}.`);
  if (image.deprecated) {
    const days = (Date.now() - Date.parse(image.deprecated)) / 86_400_000;
    if (days > daysOfGrace)
      throw new Error(`Image ${idOrName} is deprecated since ${image.deprecated} and gone by now.`);
    log(`Image ${idOrName} is deprecated since ${image.deprecated} and will be gone soon.`, { level: "warning" });
  }
  return image.id;
}
