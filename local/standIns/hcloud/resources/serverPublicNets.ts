import { randomInt } from "node:crypto";
import type { Action, HcloudClient } from "../client";
import type { ApiServer } from "../objects";

/** A server's only entry of `publicNets`. */
export interface PublicNet {
  readonly ipv4Enabled?: boolean;
  /** Id of a primary IP; 0 or absent: one that comes and goes with the server. */
  readonly ipv4?: number;
  readonly ipv6Enabled?: boolean;
  readonly ipv6?: number;
}

interface Wish {
  readonly enabled: boolean;
  readonly id?: number;
}

/** Changes public addresses, for which the server has to be off; it is started again in any case. */
export async function changePublicNets(
  api: HcloudClient,
  server: ApiServer,
  before: PublicNet | undefined,
  after: PublicNet | undefined,
): Promise<void> {
  const path = `/servers/${String(server.id)}/actions`;
  await api.act(`${path}/poweroff`);
  try {
    for (const type of ["ipv4", "ipv6"] as const) {
      const assigned = server.public_net[type]?.id;
      await changeFamily(api, type, server.id, assigned, wish(type, before), wish(type, after));
    }
  } finally {
    await api.act(`${path}/poweron`);
  }
}

function wish(type: "ipv4" | "ipv6", net: PublicNet | undefined): Wish {
  const id = net?.[type] === 0 ? undefined : net?.[type];
  return { enabled: net?.[`${type}Enabled`] ?? true, id };
}

async function changeFamily(
  api: HcloudClient,
  type: "ipv4" | "ipv6",
  serverId: number,
  assigned: number | undefined,
  before: Wish,
  after: Wish,
): Promise<void> {
  if (!after.enabled && after.id !== undefined) {
    throw new Error(
      `publicNets: ${type} names primary IP ${String(after.id)} but is not enabled; leave out one of both.`,
    );
  }
  const wantsOwn = after.enabled && after.id === undefined;
  if (wantsOwn && before.enabled && before.id === undefined) return;
  if (assigned !== undefined) {
    await api.act(`/primary_ips/${String(assigned)}/actions/unassign`);
    // A primary IP that the program names is its own resource. The other kind would stay behind and cost money.
    if (before.id === undefined) await api.delete(`/primary_ips/${String(assigned)}`);
  }
  if (after.id !== undefined) {
    await api.act(`/primary_ips/${String(after.id)}/actions/assign`, {
      assignee_id: serverId,
      assignee_type: "server",
    });
  } else if (wantsOwn) {
    const { action } = await api.post<{ action?: Action | null }>("/primary_ips", {
      name: `primary_ip-${String(randomInt(1_000_000, 10_000_000))}`,
      type,
      assignee_type: "server",
      assignee_id: serverId,
      auto_delete: true,
    });
    await api.wait(action);
  }
}
