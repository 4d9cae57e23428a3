import type { HcloudClient } from "../client";
import { findByName } from "../common";

/** Puts an ISO into a server and starts it from there. */
export async function mountIso(api: HcloudClient, path: string, name: string): Promise<void> {
  const iso = await findByName<{ id: number }>(api, "/isos?", name);
  if (!iso) throw new Error(`There is no ISO ${JSON.stringify(name)}.`);
  await api.act(`${path}/actions/attach_iso`, { iso: iso.id });
  await api.act(`${path}/actions/reset`);
}

/** Starts a server in the rescue system; it may be locked by what came before, hence the patience. */
export async function enableRescue(
  api: HcloudClient,
  path: string,
  type: string,
  sshKeys: readonly number[],
): Promise<void> {
  await api.act(`${path}/actions/enable_rescue`, { type, ssh_keys: sshKeys.length > 0 ? sshKeys : undefined });
  await api.retry({ tries: 10, on: () => true }, () => api.act(`${path}/actions/reset`));
}
