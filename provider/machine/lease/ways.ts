import { UNKNOWN } from "../../grpc/types";
import type { LeaseInput } from "../inputs";

const known = new Map<string, LeaseInput>();

/**
 * Notes how this run's own settings reach the machine that keeps the lease. What is taken off that machine is recorded
 * with the way of before, which may be gone: its public address goes when the first load balancer comes.
 *
 * @param lease as the engine hands it over; one that is not known yet is left out
 */
export function rememberWay(lease: unknown): void {
  if (typeof lease !== "object" || lease === null || JSON.stringify(lease).includes(UNKNOWN)) return;
  const way = lease as LeaseInput;
  if (way.serverId !== undefined) known.set(way.serverId, way);
}

/** The way of this run to the machine with that server id, where it is the one that keeps the lease. */
export function presentWay(serverId: string): LeaseInput | undefined {
  return known.get(serverId);
}
