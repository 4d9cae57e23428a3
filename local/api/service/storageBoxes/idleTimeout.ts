import { found, type Cloud } from "../cloud";

/** Seconds; users report that sessions without traffic are cut after half an hour. */
export const usualIdleTimeout = 30 * 60;

/** Makes a box cut idle sessions sooner, so that a test need not wait half an hour for it. */
export async function setIdleTimeout(cloud: Cloud, id: string, seconds: number): Promise<number> {
  const box = found(cloud, "storage_boxes", id);
  cloud.store.transaction(() => cloud.store.put("storage_boxes", { ...box, idleTimeout: seconds }));
  await cloud.machines.ensureStorageBox(box.id);
  return seconds;
}
