import type { Cloud } from "../cloud";
import type { View } from "../operation";
import { namedView } from "../resource";
import type { FirewallRow, FirewallTarget } from "../rows";
import { serversOf } from "./targets";

/** A firewall as the API shows it, with the servers that its label selectors mean now. */
export function firewallView(cloud: Cloud, firewall: FirewallRow): View {
  return {
    ...namedView(firewall),
    rules: firewall.rules.map((rule) => ({
      direction: rule.direction,
      protocol: rule.protocol,
      port: rule.port,
      source_ips: rule.sourceIps,
      destination_ips: rule.destinationIps,
      description: rule.description,
    })),
    applied_to: firewall.appliedTo.map((target) => targetView(cloud, target)),
  };
}

function targetView(cloud: Cloud, target: FirewallTarget): View {
  if (target.type === "server") return { type: "server", server: { id: target.server } };
  return {
    type: "label_selector",
    label_selector: { selector: target.selector },
    applied_to_resources: serversOf(cloud.store, target).map((server) => ({
      type: "server",
      server: { id: server.id },
    })),
  };
}
