import { resourceOf, type Effects } from "../actions/effects";
import type { Cloud } from "../cloud";
import { assertNotProtected } from "../common";
import { isSameTarget } from "../firewalls/targets";
import type { Operations } from "../operation";
import { change } from "../resource";

/** A server goes with its automatic addresses, and leaves everything else behind. */
export const removeOperations: Operations = {
  "DELETE /servers/{id}": change("servers", "delete_server", (server) => {
    assertNotProtected(`server ${server.name}`, server.protection);
    return {};
  }),
};

/**
 * The server stays, as `deleting`, until its machine is gone: until then no other server can have its name and addresses.
 */
export const removeEffects = {
  delete_server: {
    status: { during: "deleting", success: null, failure: "unknown" },
    work: async (cloud, action) => {
      const id = resourceOf(action, "server");
      for (const ip of cloud.store.find("floating_ips", "server", id))
        await cloud.provisioner.routeFloatingIp(ip, null);
      for (const volume of cloud.store.find("volumes", "server", id))
        await cloud.provisioner.detachVolume(volume.id, id);
      await cloud.provisioner.remove(id);
    },
    success: (cloud, action) => {
      forget(cloud, resourceOf(action, "server"));
    },
  },
} satisfies Record<string, Effects>;

/** Takes the server out of everything that refers to it. */
function forget(cloud: Cloud, id: number): void {
  const { store } = cloud;
  for (const ip of store.find("primary_ips", "server", id)) {
    if (ip.autoDelete) store.remove("primary_ips", ip.id);
    else store.put("primary_ips", { ...ip, assignee: null });
  }
  for (const ip of store.find("floating_ips", "server", id)) store.put("floating_ips", { ...ip, server: null });
  for (const volume of store.find("volumes", "server", id)) store.put("volumes", { ...volume, server: null });
  for (const image of store.find("images", "server", id)) {
    if (image.boundTo === id) store.remove("images", image.id);
  }
  const target = { type: "server", server: id } as const;
  for (const firewall of store.all("firewalls")) {
    if (!firewall.appliedTo.some((present) => isSameTarget(present, target))) continue;
    const appliedTo = firewall.appliedTo.filter((present) => !isSameTarget(present, target));
    store.put("firewalls", { ...firewall, appliedTo });
  }
  store.remove("servers", id);
}
