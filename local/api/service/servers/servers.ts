import { found, type Cloud } from "../cloud";
import type { NamedUpdate } from "../common";
import { firewallsOf } from "../firewalls/targets";
import { call, type Operations } from "../operation";
import { namedResource } from "../resource";
import type { ServerRow } from "../rows";
import { checkedServerName, createServer, type CreateBody } from "./create";
import { serverView } from "./view";

/** Servers themselves; what happens to them are actions. */
export const serverOperations: Operations = {
  ...namedResource("servers", { view: serverView, update }),
  "POST /servers": call((cloud, body: CreateBody) => createServer(cloud, body)),
};

/** A new label may bring the server under a firewall's selector, or out of it. */
function update(server: ServerRow, body: NamedUpdate, cloud: Cloud): Partial<ServerRow> {
  if (body.name !== undefined) checkedServerName(cloud, body.name, server.id);
  const firewalls = () => firewallsOf(cloud.store, found(cloud, "servers", server.id)).map(({ id }) => id);
  const before = firewalls();
  cloud.store.afterCommit(() => {
    if (String(before) === String(firewalls())) return;
    cloud.provisioner.background(`firewalls of server ${server.name}`, cloud.provisioner.ensure(server.id));
  });
  return {};
}
