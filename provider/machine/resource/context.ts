/* eslint-disable @typescript-eslint/no-require-imports -- `import()` of TypeScript without a build step needs another
   ending under Jest than under ts-node; require means the same in both. */
import type * as accepting from "../apply/acceptedKeys";
import type * as applying from "../apply/apply";
import type * as leasing from "../lease/leases";
import { UNKNOWN } from "../../grpc/types";
import type { LeaseInput } from "../inputs";
import type * as failures from "../../ssh/failures";
import type * as reading from "./read";

/**
 * How this run's own settings reach the machines that keep leases. The state may have an older route that is gone: the
 * public address of such a machine goes when the first load balancer comes.
 */
export class LeaseRoutes {
  private readonly byServer = new Map<string, LeaseInput>();

  /** @param lease as the engine hands it over; one that is not known yet is left out */
  remember(lease: unknown): void {
    if (typeof lease !== "object" || lease === null || JSON.stringify(lease).includes(UNKNOWN)) return;
    const route = lease as LeaseInput;
    if (route.serverId !== undefined) this.byServer.set(route.serverId, route);
  }

  /** The route of this run to the machine with that server id, if it keeps the lease. */
  to(serverId: string): LeaseInput | undefined {
    return this.byServer.get(serverId);
  }
}

/** What the configurations of one provider process share: leases, and the routes to the machines that keep them. */
export class MachineContext {
  readonly routes = new LeaseRoutes();
  private loaded?: ReturnType<typeof load>;

  /**
   * The modules that need SSH, loaded at their first use: ssh2 takes longer to load than the rest of the provider,
   * and previews do not need it.
   */
  overSsh() {
    return (this.loaded ??= load());
  }

  /** Ends a run. A run that contacted no machine has no lease. */
  async finish(): Promise<void> {
    await this.loaded?.leases.end();
  }
}

function load() {
  const { Leases } = require("../lease/leases") as typeof leasing;
  return {
    ...(require("../apply/acceptedKeys") as typeof accepting),
    ...(require("../apply/apply") as typeof applying),
    ...(require("./read") as typeof reading),
    ...(require("../../ssh/failures") as typeof failures),
    leases: new Leases(),
  };
}
