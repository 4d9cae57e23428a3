import type { ApiFirewallTarget } from "../objects";

/** What a firewall applies to; the side that is not used is 0 or empty. */
export interface Target {
  readonly server?: number;
  readonly labelSelector?: string;
}

/** As programs write it. */
export function toTarget(target: ApiFirewallTarget): Target {
  return { server: target.server?.id ?? 0, labelSelector: target.label_selector?.selector ?? "" };
}

/** As the API wants it. */
export function toApiTarget({ server, labelSelector }: Target): ApiFirewallTarget {
  return server
    ? { type: "server", server: { id: server } }
    : { type: "label_selector", label_selector: { selector: labelSelector ?? "" } };
}
