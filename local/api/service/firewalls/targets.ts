import { areInOneProject } from "../../store/table";
import { parseSelector } from "../labels";
import type { FirewallRow, FirewallTarget, Rows, ServerRow } from "../rows";

/** Whether the server has a public interface: firewalls filter nothing else. */
export function hasPublicNet(store: Rows, server: ServerRow): boolean {
  return store.find("primary_ips", "server", server.id).length > 0;
}

/** Two label selectors are the same when their texts are. */
export function isSameTarget(a: FirewallTarget, b: FirewallTarget): boolean {
  if (a.type === "server") return b.type === "server" && a.server === b.server;
  return b.type === "label_selector" && a.selector === b.selector;
}

/** The servers that a target means now; labels may have changed since it was set. */
export function serversOf(store: Rows, target: FirewallTarget): ServerRow[] {
  if (target.type === "server") {
    const server = store.get("servers", target.server);
    return server === undefined ? [] : [server];
  }
  const matches = parseSelector(target.selector);
  return store.all("servers").filter((server) => matches(server.labels) && hasPublicNet(store, server));
}

/** The firewalls of a server, applied to it directly or by a label selector. */
export function firewallsOf(store: Rows, server: ServerRow): FirewallRow[] {
  const theirs = store.all("firewalls").filter((firewall) => areInOneProject(firewall, server));
  return theirs.filter((firewall) =>
    firewall.appliedTo.some((target) => {
      if (target.type === "server") return target.server === server.id;
      return parseSelector(target.selector)(server.labels);
    }),
  );
}

/** Every server that this firewall filters. */
export function filteredServers(store: Rows, firewall: FirewallRow): ServerRow[] {
  const servers = firewall.appliedTo
    .flatMap((target) => serversOf(store, target))
    .filter((server) => areInOneProject(firewall, server));
  return [...new Map(servers.map((server) => [server.id, server])).values()];
}
