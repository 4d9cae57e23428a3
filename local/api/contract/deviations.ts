import type { JsonObject } from "./jsonSchema";

/** One place where the cloud takes more than its published schema says. */
interface Deviation {
  readonly operation: string;
  readonly why: string;
  readonly apply: (body: JsonObject) => void;
}

/** An id or a name: clients send the id as a number although the schema says string. */
const idOrName = { type: ["string", "integer"] };

function property(name: string, schema: JsonObject): (body: JsonObject) => void {
  return (body) => {
    (body.properties as JsonObject)[name] = schema;
  };
}

function optional(name: string): (body: JsonObject) => void {
  return (body) => {
    body.required = (body.required as string[]).filter((required) => required !== name);
  };
}

/** All of them were seen in recorded requests of the official Pulumi plugin 1.41.0 and the official clients. */
export const deviations: readonly Deviation[] = [
  { operation: "POST /servers", why: "the image is sent as a number", apply: property("image", idOrName) },
  { operation: "POST /servers", why: "the type may be sent as a number", apply: property("server_type", idOrName) },
  { operation: "POST /servers", why: "the location may be sent as a number", apply: property("location", idOrName) },
  {
    operation: "POST /servers",
    why: "SSH keys are sent as numbers",
    apply: property("ssh_keys", { type: "array", items: idOrName }),
  },
  {
    operation: "POST /servers/{id}/actions/rebuild",
    why: "the image is sent as a number",
    apply: property("image", idOrName),
  },
  {
    operation: "POST /servers/{id}/actions/change_type",
    why: "the type may be sent as a number",
    apply: property("server_type", idOrName),
  },
  {
    operation: "POST /servers/{id}/actions/attach_iso",
    why: "the ISO is sent as a number",
    apply: property("iso", idOrName),
  },
  {
    operation: "POST /servers/{id}/actions/change_type",
    why: "older clients leave upgrade_disk out when it is false",
    apply: optional("upgrade_disk"),
  },
  {
    operation: "POST /primary_ips",
    why: "the location may be sent as a number",
    apply: property("location", idOrName),
  },
  ...["location", "storage_box_type"].map((name) => ({
    operation: "POST /storage_boxes",
    why: "it may be sent as a number",
    apply: property(name, idOrName),
  })),
  {
    operation: "POST /storage_boxes/{id}/actions/change_type",
    why: "the type may be sent as a number",
    apply: property("storage_box_type", idOrName),
  },
  {
    operation: "POST /storage_boxes/{id}/actions/rollback_snapshot",
    why: "the snapshot may be sent as a number",
    apply: property("snapshot", idOrName),
  },
  { operation: "POST /primary_ips", why: "not sent with a location", apply: optional("assignee_type") },
  { operation: "POST /volumes", why: "the location may be sent as a number", apply: property("location", idOrName) },
  {
    operation: "POST /floating_ips",
    why: "the location may be sent as a number",
    apply: property("home_location", idOrName),
  },
  ...["floating_ips", "primary_ips"].map((kind) => ({
    operation: `POST /${kind}/{id}/actions/change_dns_ptr`,
    why: "null takes the entry away, as it does for servers",
    apply: property("dns_ptr", { type: ["string", "null"] }),
  })),
];
