import { collections } from "../../../stack/cloud/collections";
import { keyId } from "../../../blueprint/sshKeys";
import type { Blueprint } from "../../../blueprint/blueprint";
import { storageBoxName } from "../../../blueprint/resolve/backup";
import { type Check, type Finding, ok, problem } from "../check";

/** The names that the stack's resources have or will have, by the API's word for their kind. */
export function plannedNames(blueprint: Blueprint): Readonly<Record<string, readonly string[]>> {
  const { stack, machines, placementGroups, firewalls, settings, database } = blueprint;
  return {
    servers: machines.map(({ serverName }) => serverName),
    networks: [stack],
    firewalls: Object.keys(firewalls).map((name) => `${stack}-${name}`),
    placement_groups: placementGroups.map((name) => `${stack}-${name}`),
    ssh_keys: settings.admin.sshKeys.map((key) => `${stack}-${keyId(key)}`),
    floating_ips: machines.some(({ floatingIp }) => floatingIp) ? [`${stack}-visitors`] : [],
    volumes: database ? [database.volume.name] : [],
    storage_boxes: settings.backup ? [storageBoxName(stack, settings.backup.storage.location)] : [],
  };
}

/** Whether a resource that Pulumi's state does not know has a name that the stack needs. */
export const names: Check = async ({ api, blueprint, resources, stack }) => {
  const taken: Finding[] = [];
  let count = 0;
  for (const [path, wanted] of Object.entries(plannedNames(blueprint))) {
    const collection = collections.find((one) => one.path === path);
    if (!collection || wanted.length === 0) continue;
    const ours = new Set(resources.filter(({ type }) => type === collection.type).map(({ id }) => id));
    count += wanted.length;
    for (const { id, name, labels } of await api.list(path)) {
      if (!wanted.includes(name) || ours.has(String(id))) continue;
      const fix =
        labels.stack === stack
          ? "an earlier `pulumi up` was interrupted: delete it if nothing is on it, or `pulumi import` it"
          : "something else uses it: give this stack a project of its own, or another name";
      taken.push(
        problem(`the name ${name} is taken by a ${collection.word} (id ${id}) that Pulumi does not know`, fix),
      );
    }
  }
  return taken.length > 0 ? taken : [ok(`all ${count} names are free or this stack's own`)];
};
