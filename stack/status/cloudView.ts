import type { OpenTarget } from "../../blueprint/target";
import { CloudApi } from "../cloud/api";

/** A stack by the cloud's API. */
export interface CloudView {
  /** Server name → the API's word for its state, e.g. `running`, `off`. */
  readonly servers: Readonly<Record<string, string>>;
  /** `server` is the name of the server that it is assigned to; null: to none. */
  readonly floatingIps: readonly { readonly address: string; readonly server: string | null }[];
}

/**
 * Asks the API for resources with the label of the stack.
 *
 * @param limit seconds for each answer
 * @throws Refusal when it refuses, UserError when it does not answer
 */
export async function askCloud(stack: string, target: OpenTarget, limit?: number): Promise<CloudView> {
  const api = new CloudApi(target, limit);
  const query = `label_selector=${encodeURIComponent(`stack=${stack}`)}`;
  const [servers, ips] = await Promise.all([api.list("servers", query), api.list("floating_ips", query)]);
  const nameOf = (id: number) => servers.find((server) => server.id === id)?.name ?? `server ${id}`;
  return {
    servers: Object.fromEntries(servers.map(({ name, status }) => [name, String(status)])),
    floatingIps: ips.map(({ ip, server }) => ({
      address: String(ip),
      server: typeof server === "number" ? nameOf(server) : null,
    })),
  };
}
