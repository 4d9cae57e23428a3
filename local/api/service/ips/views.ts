import { locationOf } from "../catalog";
import type { View } from "../operation";
import { namedView } from "../resource";
import type { FloatingIpRow, PrimaryIpRow } from "../rows";
import { datacenterView } from "../views";
import { dnsPtrList } from "./dnsPtr";

function common(ip: FloatingIpRow | PrimaryIpRow): View {
  return {
    ...namedView(ip),
    type: ip.type,
    ip: ip.ip,
    dns_ptr: dnsPtrList(ip),
    blocked: false,
    protection: ip.protection,
  };
}

/** A floating IP as the API shows it. */
export function floatingIpView(ip: FloatingIpRow): View {
  return {
    ...common(ip),
    description: ip.description,
    home_location: locationOf(ip.location),
    server: ip.server,
  };
}

/** A primary IP as the API shows it, with the data center that the published schema still requires. */
export function primaryIpView(ip: PrimaryIpRow): View {
  const location = locationOf(ip.location);
  return {
    ...common(ip),
    location,
    datacenter: datacenterView(location),
    assignee_id: ip.assignee,
    assignee_type: "server",
    auto_delete: ip.autoDelete,
  };
}
