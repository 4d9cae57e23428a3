import type { Cloud } from "../cloud";
import { ApiError, invalidField } from "../errors";
import { parseSelector } from "../labels";
import type { ActionRow, FirewallRow, FirewallTarget, ResourceRef, ServerRow } from "../rows";
import { firewallsOf, hasPublicNet, isSameTarget, serversOf } from "./targets";

/** A target as a request has it. */
export interface TargetBody {
  readonly type: "server" | "label_selector";
  readonly server?: { readonly id: number };
  readonly label_selector?: { readonly selector: string };
}

/** Firewalls on one server at most, those of label selectors included. */
const firewallLimit = 5;

function target(cloud: Cloud, body: TargetBody, field: string): FirewallTarget {
  if (body.type === "server") {
    if (body.server === undefined) throw invalidField(`${field}.server`, "is required for type server");
    if (cloud.store.get("servers", body.server.id) === undefined) {
      throw new ApiError("firewall_resource_not_found", `server ${String(body.server.id)} does not exist`);
    }
    return { type: "server", server: body.server.id };
  }
  const selector = body.label_selector?.selector;
  if (selector === undefined) throw invalidField(`${field}.label_selector`, "is required for type label_selector");
  parseSelector(selector, `${field}.label_selector.selector`);
  return { type: "label_selector", selector };
}

function targetRef(of: FirewallTarget): ResourceRef[] {
  return of.type === "server" ? [{ type: "server", id: of.server }] : [];
}

/** @throws resource_limit_exceeded when the server has all the firewalls that it can have */
export function assertRoomForFirewall(cloud: Cloud, server: ServerRow): void {
  if (firewallsOf(cloud.store, server).length < firewallLimit) return;
  throw new ApiError("resource_limit_exceeded", `server ${server.name} has ${String(firewallLimit)} firewalls already`);
}

/** Applies the firewall; one action for each target. */
export function applyTo(cloud: Cloud, firewall: FirewallRow, bodies: readonly TargetBody[]): ActionRow[] {
  const targets = bodies.map((body, index) => target(cloud, body, `apply_to.${String(index)}`));
  for (const [index, added] of targets.entries()) {
    if (firewall.appliedTo.some((present) => isSameTarget(present, added))) {
      throw new ApiError("firewall_already_applied", `firewall ${firewall.name} is already applied to this resource`);
    }
    if (targets.slice(0, index).some((earlier) => isSameTarget(earlier, added))) {
      throw new ApiError("server_already_added", "the same resource is named twice");
    }
    for (const server of serversOf(cloud.store, added)) {
      if (!hasPublicNet(cloud.store, server)) {
        throw new ApiError("private_net_only_server", `server ${server.name} has no public interface`);
      }
      assertRoomForFirewall(cloud, server);
    }
  }
  cloud.store.put("firewalls", { ...firewall, appliedTo: [...firewall.appliedTo, ...targets] });
  return targets.map((added) =>
    cloud.actions.create("apply_firewall", [{ type: "firewall", id: firewall.id }, ...targetRef(added)], {
      input: { servers: serversOf(cloud.store, added).map((server) => server.id) },
    }),
  );
}

/** Takes the firewall away; one action for each target. */
export function removeFrom(cloud: Cloud, firewall: FirewallRow, bodies: readonly TargetBody[]): ActionRow[] {
  const targets = bodies.map((body, index) => target(cloud, body, `remove_from.${String(index)}`));
  for (const removed of targets) {
    if (firewall.appliedTo.some((present) => isSameTarget(present, removed))) continue;
    const server = removed.type === "server" ? cloud.store.get("servers", removed.server) : undefined;
    if (server !== undefined && firewallsOf(cloud.store, server).some((present) => present.id === firewall.id)) {
      throw new ApiError(
        "firewall_managed_by_label_selector",
        `a label selector applies the firewall to server ${server.name}`,
      );
    }
    throw new ApiError("firewall_resource_not_found", `firewall ${firewall.name} is not applied to this resource`);
  }
  const appliedTo = firewall.appliedTo.filter((present) => !targets.some((removed) => isSameTarget(present, removed)));
  const servers = targets.map((removed) => serversOf(cloud.store, removed).map((server) => server.id));
  cloud.store.put("firewalls", { ...firewall, appliedTo });
  return targets.map((removed, index) =>
    cloud.actions.create("remove_firewall", [{ type: "firewall", id: firewall.id }, ...targetRef(removed)], {
      input: { servers: servers[index] },
    }),
  );
}
