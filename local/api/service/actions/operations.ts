import { found, type Cloud } from "../cloud";
import { invalidField, notFound } from "../errors";
import { call, list, type Operation, type Operations } from "../operation";
import type { ActionRow, ResourceRef } from "../rows";
import { actionView } from "./view";

/** Kinds that have actions, by the path of the kind. */
const kinds = {
  servers: "server",
  networks: "network",
  firewalls: "firewall",
  floating_ips: "floating_ip",
  primary_ips: "primary_ip",
  volumes: "volume",
  images: "image",
  storage_boxes: "storage_box",
} as const satisfies Record<string, ResourceRef["type"]>;

/** Reading actions: of everything, of a kind, of one resource. */
export const actionOperations: Operations = {
  "GET /actions": list("actions", (cloud, request) => {
    // Listing all actions of a project went away on 30 January 2025; asking for some of them stays.
    if (request.query.id === undefined) throw invalidField("id", "is required");
    return request.query.id
      .map((id) => (/^\d+$/.test(id) ? cloud.store.get("actions", Number(id)) : undefined))
      .filter((action) => action !== undefined)
      .map((action) => actionView(cloud, action));
  }),
  "GET /actions/{id}": call((cloud, _body, { id }) => ({ action: actionView(cloud, found(cloud, "actions", id)) })),
  ...Object.assign({}, ...Object.entries(kinds).map(([path, type]) => operationsOf(path as keyof typeof kinds, type))),
};

function operationsOf(path: keyof typeof kinds, type: ResourceRef["type"]): Record<string, Operation> {
  const concerns = (action: ActionRow, id?: number) =>
    action.resources.some((resource) => resource.type === type && (id === undefined || resource.id === id));
  const one = (cloud: Cloud, actionId: string, id?: number) => {
    const action = found(cloud, "actions", actionId);
    if (!concerns(action, id)) throw notFound("action", actionId);
    return { action: actionView(cloud, action) };
  };
  return {
    [`GET /${path}/actions`]: list("actions", (cloud) =>
      cloud.store.find("actions", "kind", type).map((action) => actionView(cloud, action)),
    ),
    [`GET /${path}/actions/{id}`]: call((cloud, _body, { id }) => one(cloud, id)),
    [`GET /${path}/{id}/actions`]: list("actions", (cloud, { params }) => {
      const row = found(cloud, path, params.id);
      return cloud.store
        .find("actions", "resource", `${type} ${String(row.id)}`)
        .map((action) => actionView(cloud, action));
    }),
    [`GET /${path}/{id}/actions/{action_id}`]: call((cloud, _body, { id, action_id }) =>
      one(cloud, action_id, found(cloud, path, id).id),
    ),
  };
}
