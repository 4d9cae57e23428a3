import type { Target } from "../../blueprint/target";
import { CloudApi } from "../cloud/api";

/** What the cloud's API says about a stack. */
export interface CloudView {
  /** Server name → the API's word for its state, e.g. `running`, `off`. */
  readonly servers: Readonly<Record<string, string>>;
  /** `server` is the name of the server that it is assigned to; null: to none. */
  readonly floatingIps: readonly { readonly address: string; readonly server: string | null }[];
}

/**
 * Asks the API for what carries the stack's label.
 *
 * @param limit seconds for each of its answers
 * @throws Refusal when it says no, UserError when it does not answer
 */
export async function askCloud(stack: string, target: Required<Target>, limit?: number): Promise<CloudView> {
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
