import { createHash } from "node:crypto";
import type { Values } from "../../../../provider/grpc/types";
import type { Action } from "../client";
import { addressList, findByIdOrName, flag, labelsProperty, nameProperty } from "../common";
import type { ApiServer } from "../objects";
import { asList, type Properties } from "../properties";
import type { Context, Resource } from "../resource";
import { createServer } from "./serverCreate";
import type { ServerInputs } from "./serverInputs";
import { networkProblems, networkStates, type NetworkEntry } from "./serverNetworks";
import { updateServer } from "./serverUpdate";

const replacing = { kind: "string", replaces: true } as const;
const enabled = { kind: "boolean", default: true } as const;

const properties: Properties = {
  name: nameProperty,
  serverType: { kind: "string", required: true },
  image: replacing,
  location: { ...replacing, computed: true },
  datacenter: { ...replacing, computed: true },
  sshKeys: {
    kind: "strings",
    replaces: true,
    check: (keys) =>
      (keys as string[]).includes("") ? "an entry is empty; each has to be a name or an id" : undefined,
  },
  // The state keeps a hash only; user data can be long, and the API never shows it.
  userData: { ...replacing, stored: (text) => createHash("sha1").update(String(text)).digest("base64") },
  labels: labelsProperty,
  backups: flag,
  keepDisk: flag,
  iso: { kind: "string" },
  rescue: { kind: "string" },
  firewallIds: { kind: "integers", unordered: true, computed: true },
  networks: {
    kind: "objects",
    unordered: true,
    fields: {
      networkId: { kind: "integer", computed: true },
      subnetId: { kind: "string" },
      ip: { kind: "string", computed: true },
      aliasIps: addressList,
      macAddress: { kind: "string", output: true, computed: true },
    },
  },
  publicNets: {
    kind: "objects",
    fields: { ipv4Enabled: enabled, ipv4: { kind: "integer" }, ipv6Enabled: enabled, ipv6: { kind: "integer" } },
  },
  placementGroupId: { kind: "integer" },
  deleteProtection: flag,
  rebuildProtection: flag,
  shutdownBeforeDeletion: flag,
  ignoreRemoteFirewallIds: flag,
  allowDeprecatedImages: { kind: "boolean" },
};

export const server: Resource<ServerInputs> = {
  group: "sdk",
  namedAutomatically: true,
  properties,
  outputs: ["status", "ipv4Address", "ipv6Address", "ipv6Network", "backupWindow", "primaryDiskSize"],

  checkPlan({ networks = [] }) {
    const problems = networkProblems(networks);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  },

  plan(state) {
    const publicNets = asList(state.publicNets).map((net) => ({ ipv4: 0, ipv6: 0, ...(net as Values) }));
    const networks = asList(state.networks).map((net) => ({ subnetId: "", ...(net as Values) }));
    return {
      ...state,
      ...(Array.isArray(state.publicNets) ? { publicNets } : {}),
      ...(Array.isArray(state.networks) ? { networks } : {}),
    };
  },

  async create(context, inputs, known) {
    await createServer(context, inputs, known);
    return undefined;
  },

  async read({ api }, id, prior) {
    const found = await findByIdOrName<ApiServer>(api, "/servers", id);
    return found && toState(found, prior);
  },

  async update(context, change) {
    await updateServer(context, change);
    return undefined;
  },

  async delete(context, id, state) {
    if (state.shutdownBeforeDeletion) await shutDown(context, id);
    const { action } = await context.api.delete<{ action: Action }>(`/servers/${id}`);
    await context.api.wait(action);
  },
};

/** Asks the machine to end and gives it half a minute: it is deleted in any case. */
async function shutDown({ api, log }: Context, id: string): Promise<void> {
  await api.act(`/servers/${id}/actions/shutdown`);
  const running = new Error("still running");
  const look = async () => {
    const { server } = await api.get<{ server: ApiServer }>(`/servers/${id}`);
    if (server.status !== "off") throw running;
  };
  await api.retry({ tries: 5, on: (error) => error === running }, look).catch((error: unknown) => {
    if (error !== running) throw error;
    log("The server did not shut down; it is deleted while it runs.", { level: "warning" });
  });
}

/** @param prior has what the API does not tell, and decides whether networks are this resource's business at all */
function toState(server: ApiServer, prior: Values): Values & { id: string } {
  const { ipv4, ipv6, firewalls = [] } = server.public_net;
  const network = ipv6?.ip.replace(/\/\d+$/, "");
  return {
    id: String(server.id),
    name: server.name,
    serverType: server.server_type.name,
    image: imageOf(server, prior.image),
    location: server.location?.name ?? server.datacenter?.location.name ?? null,
    datacenter: server.datacenter?.name ?? (typeof prior.datacenter === "string" ? prior.datacenter : null),
    sshKeys: prior.sshKeys ?? [],
    userData: prior.userData ?? null,
    labels: server.labels,
    backups: server.backup_window !== null && server.backup_window !== "",
    keepDisk: prior.keepDisk ?? null,
    iso: prior.iso ?? "",
    rescue: prior.rescue ?? "",
    firewallIds: prior.ignoreRemoteFirewallIds === true ? (prior.firewallIds ?? []) : firewalls.map(({ id }) => id),
    networks: networkStates(server, asList(prior.networks) as NetworkEntry[]),
    publicNets: prior.publicNets ?? [],
    placementGroupId: server.placement_group?.id ?? 0,
    deleteProtection: server.protection.delete,
    rebuildProtection: server.protection.rebuild,
    shutdownBeforeDeletion: prior.shutdownBeforeDeletion ?? null,
    ignoreRemoteFirewallIds: prior.ignoreRemoteFirewallIds ?? null,
    allowDeprecatedImages: prior.allowDeprecatedImages ?? null,
    status: server.status,
    ipv4Address: ipv4?.ip ?? "",
    ipv6Address: network === undefined ? "" : `${network}1`,
    ipv6Network: ipv6?.ip ?? "<nil>",
    backupWindow: server.backup_window ?? "",
    primaryDiskSize: server.primary_disk_size,
  };
}

/** The image's name, unless it has none or the program chose it by its id. */
function imageOf({ image }: ApiServer, prior: unknown): string | null {
  if (!image) return null;
  const byId = typeof prior === "string" && /^\d+$/.test(prior);
  return image.name && !byId ? image.name : String(image.id);
}
