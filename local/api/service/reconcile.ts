import type { Cloud } from "./cloud";

/**
 * Brings the machines to what the store says, after a start of the local cloud: everything that was there is made again
 * or found again, what was running runs, and actions that a crash interrupted are taken up again. One thing that fails is
 * logged and does not keep the others from coming back.
 */
export async function reconcile(cloud: Cloud): Promise<void> {
  const { store, provisioner } = cloud;
  await all(cloud, store.all("networks"), (network) => provisioner.ensureNetwork(network.id));
  await all(cloud, store.all("volumes"), (volume) => provisioner.ensureVolume(volume.id));
  // Servers that are coming or going belong to their action.
  const settled = store.all("servers").filter((server) => !["initializing", "deleting"].includes(server.status));
  await all(cloud, settled, async (server) => {
    await provisioner.ensure(server.id);
    for (const volume of store.find("volumes", "server", server.id))
      await provisioner.attachVolume(volume.id, server.id);
    if (server.status === "running") await provisioner.start(server.id);
  });
  const boxes = store.all("storage_boxes").filter(({ status }) => status === "active");
  await all(cloud, boxes, (box) => provisioner.ensureStorageBox(box.id));
  await all(cloud, store.all("floating_ips"), (ip) => provisioner.routeFloatingIp(ip, ip.server));
  cloud.actions.resume();
}

async function all<R extends { readonly id: number }>(
  cloud: Cloud,
  rows: readonly R[],
  ensure: (row: R) => Promise<void>,
): Promise<void> {
  await Promise.all(
    rows.map((row) =>
      ensure(row).catch((error: unknown) => {
        cloud.log(`restoring ${"name" in row ? String(row.name) : String(row.id)}: ${String(error)}`);
      }),
    ),
  );
}
