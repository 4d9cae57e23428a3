import { found } from "../cloud";
import { checkedUpdate } from "../common";
import { firewallsOf } from "../firewalls/targets";
import { call, list, type Operations } from "../operation";
import type { Labels } from "../labels";
import { checkedServerName, createServer, type CreateBody } from "./create";
import { serverView } from "./view";

/** Servers themselves; what happens to them are actions. */
export const serverOperations: Operations = {
  "GET /servers": list("servers", (cloud) => cloud.store.all("servers").map((server) => serverView(cloud, server))),
  "GET /servers/{id}": call((cloud, _body, { id }) => ({ server: serverView(cloud, found(cloud, "servers", id)) })),
  "POST /servers": call((cloud, body: CreateBody) => createServer(cloud, body)),
  "PUT /servers/{id}": call((cloud, body: { name?: string; labels?: Labels }, { id }) => {
    const server = found(cloud, "servers", id);
    if (body.name !== undefined) checkedServerName(cloud, body.name, server.id);
    const updated = cloud.store.put("servers", { ...server, ...checkedUpdate(cloud, "servers", server, body) });
    const ids = (row: typeof server) => firewallsOf(cloud.store, row).map((firewall) => firewall.id);
    // A label may have brought the server under a firewall's selector, or out of it.
    if (String(ids(server)) !== String(ids(updated))) {
      cloud.store.afterCommit(() => {
        cloud.machines.background(`firewalls of server ${updated.name}`, cloud.machines.ensure(updated.id));
      });
    }
    return { server: serverView(cloud, updated) };
  }),
};
