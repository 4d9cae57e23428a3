import { found, typeOf, type ActionTable, type Cloud } from "../cloud";
import { invalidField, notFound } from "../errors";
import { call, list, type Operation, type Operations } from "../operation";
import type { ActionRow } from "../rows";
import { zoneOf } from "../zones/view";
import { actionView } from "./view";

const tables: readonly ActionTable[] = [
  "servers",
  "networks",
  "firewalls",
  "floating_ips",
  "primary_ips",
  "volumes",
  "images",
  "storage_boxes",
  "zones",
];

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
  ...Object.assign({}, ...tables.map(operationsOf)),
};

function operationsOf(table: ActionTable): Record<string, Operation> {
  const type = typeOf[table];
  // Zones are found by their names as well.
  const [parameter, rowOf]: [string, (cloud: Cloud, id: string) => { readonly id: number }] =
    table === "zones" ? ["id_or_name", zoneOf] : ["id", (cloud, id) => found(cloud, table, id)];
  const concerns = (action: ActionRow, id?: number) =>
    action.resources.some((resource) => resource.type === type && (id === undefined || resource.id === id));
  const one = (cloud: Cloud, actionId: string, id?: number) => {
    const action = found(cloud, "actions", actionId);
    if (!concerns(action, id)) throw notFound("action", actionId);
    return { action: actionView(cloud, action) };
  };
  return {
    [`GET /${table}/actions`]: list("actions", (cloud) =>
      cloud.store.find("actions", "kind", type).map((action) => actionView(cloud, action)),
    ),
    [`GET /${table}/actions/{id}`]: call((cloud, _body, { id }) => one(cloud, id)),
    [`GET /${table}/{${parameter}}/actions`]: list("actions", (cloud, { params }) => {
      const row = rowOf(cloud, params[parameter]);
      return cloud.store
        .find("actions", "resource", `${type} ${String(row.id)}`)
        .map((action) => actionView(cloud, action));
    }),
    [`GET /${table}/{${parameter}}/actions/{action_id}`]: call((cloud, _body, params) =>
      one(cloud, params.action_id, rowOf(cloud, params[parameter]).id),
    ),
  };
}
