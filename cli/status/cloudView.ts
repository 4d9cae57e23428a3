import { officialEndpoint, type Target } from "../../blueprint/target";

/** What the cloud's API says about a stack. */
export interface CloudView {
  /** Server name → the API's word for its state, e.g. `running`, `off`. */
  readonly servers: Readonly<Record<string, string>>;
  /** `server` is the name of the server that it is assigned to; null: to none. */
  readonly floatingIps: readonly { readonly address: string; readonly server: string | null }[];
}

/**
 * Asks the API for everything that carries the stack's label.
 *
 * @param limit seconds for both questions together
 * @throws when it does not answer in time, or refuses
 */
export async function askCloud(stack: string, target: Target, limit: number): Promise<CloudView> {
  const signal = AbortSignal.timeout(limit * 1000);
  const ask = async <Row>(what: string): Promise<readonly Row[]> => {
    const url = `${target.endpoint}/${what}?label_selector=${encodeURIComponent(`stack=${stack}`)}&per_page=50`;
    return pages<Row>(url, what, { headers: { authorization: `Bearer ${target.token ?? ""}` }, signal });
  };
  const [servers, ips] = await Promise.all([
    ask<{ id: number; name: string; status: string }>("servers"),
    ask<{ ip: string; server: number | null }>("floating_ips"),
  ]);
  const nameOf = (id: number) => servers.find((server) => server.id === id)?.name ?? `server ${id}`;
  return {
    servers: Object.fromEntries(servers.map(({ name, status }) => [name, status])),
    floatingIps: ips.map(({ ip, server }) => ({ address: ip, server: server === null ? null : nameOf(server) })),
  };
}

async function pages<Row>(url: string, what: string, init: RequestInit): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page: number | null = 1; page !== null; ) {
    const response: Response = await fetch(`${url}&page=${page}`, init);
    if (!response.ok) throw new Error(`the API answers ${response.status} to a question for ${what}`);
    const body = (await response.json()) as Record<string, unknown> & {
      meta?: { pagination?: { next_page: number | null } };
    };
    rows.push(...(body[what] as Row[]));
    page = body.meta?.pagination?.next_page ?? null;
  }
  return rows;
}

/** Where the API is asked when nothing else is said. */
export function targetFrom(environment: NodeJS.ProcessEnv): Target {
  return { endpoint: environment.HCLOUD_ENDPOINT ?? officialEndpoint, token: environment.HCLOUD_TOKEN };
}
