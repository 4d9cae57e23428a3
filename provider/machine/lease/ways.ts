import { UNKNOWN } from "../../grpc/types";
import type { LeaseInput } from "../inputs";

/**
 * How this run's own settings reach the machines that keep leases. What is taken off such a machine is recorded with the
 * way of before, which may be gone: its public address goes when the first load balancer comes.
 */
export class LeaseRoutes {
  private readonly byServer = new Map<string, LeaseInput>();

  /** @param lease as the engine hands it over; one that is not known yet is left out */
  remember(lease: unknown): void {
    if (typeof lease !== "object" || lease === null || JSON.stringify(lease).includes(UNKNOWN)) return;
    const way = lease as LeaseInput;
    if (way.serverId !== undefined) this.byServer.set(way.serverId, way);
  }

  /** The way of this run to the machine with that server id, where it is the one that keeps the lease. */
  to(serverId: string): LeaseInput | undefined {
    return this.byServer.get(serverId);
  }
}
