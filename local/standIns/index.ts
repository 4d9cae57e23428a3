import { serveProvider } from "../../provider/grpc/server";
import { hcloudStandIn } from "./hcloud";
import { randomStandIn } from "./random";

/** How the stand-ins are served. */
export interface StandInOptions {
  /** @default any free ones */
  readonly ports?: { readonly hcloud?: number; readonly random?: number };
  readonly log?: (line: string) => void;
}

/**
 * Serves the stand-ins for the official plugins on loopback, to root and this process's own user alone. Engines find
 * them through `PULUMI_DEBUG_PROVIDERS="hcloud:PORT,random:PORT"`.
 *
 * @throws when a port is taken
 */
export async function startStandIns(
  options: StandInOptions = {},
): Promise<{ ports: { hcloud: number; random: number }; close(): Promise<void> }> {
  const hcloud = await serveProvider(hcloudStandIn(), { port: options.ports?.hcloud });
  const random = await serveProvider(randomStandIn, { port: options.ports?.random }).catch(async (error: unknown) => {
    await hcloud.close();
    throw error;
  });
  options.log?.(`Plugins: hcloud on port ${String(hcloud.port)}, random on port ${String(random.port)}`);
  return {
    ports: { hcloud: hcloud.port, random: random.port },
    close: async () => {
      await Promise.all([hcloud.close(), random.close()]);
    },
  };
}
