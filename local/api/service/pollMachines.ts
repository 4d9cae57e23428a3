import type { Cloud } from "./cloud";
import type { ServerRow } from "./rows";
import { repeatEvery } from "./repeat";

/** Milliseconds between two looks at the machines. */
const interval = 1000;

/**
 * Notices machines that ended or came up by themselves (`poweroff` typed inside, a crash of init) and says so in their
 * servers' status. Servers with an action under way are left to it.
 *
 * @returns a function that ends the polling
 */
export function pollMachines(cloud: Cloud): () => void {
  return repeatEvery(cloud, interval, "watching the machines", (ended) => lookAtAll(cloud, ended));
}

async function lookAtAll(cloud: Cloud, ended: () => boolean): Promise<void> {
  for (const { id } of cloud.store.all("servers")) {
    if (ended() || !isSettled(cloud, cloud.store.get("servers", id))) continue;
    const state = await cloud.provisioner.inspect(id);
    const server = cloud.store.get("servers", id);
    // An action may have begun while the driver looked.
    if (ended() || !isSettled(cloud, server)) continue;
    const status = state.running ? "running" : "off";
    if (server.status === status) continue;
    cloud.log(`server ${server.name} is ${status}, and no action caused it`);
    cloud.store.transaction(() => cloud.store.put("servers", { ...server, status }));
  }
}

function isSettled(cloud: Cloud, server: ServerRow | undefined): server is ServerRow {
  if (server === undefined || !["running", "off", "unknown"].includes(server.status)) return false;
  return cloud.actions.locking({ type: "server", id: server.id }).length === 0;
}
