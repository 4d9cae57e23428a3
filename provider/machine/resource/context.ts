/* eslint-disable @typescript-eslint/no-require-imports -- `import()` of TypeScript without a build step needs another
   ending under Jest than under ts-node; require means the same in both. */
import type * as applying from "../apply/apply";
import type * as leasing from "../lease/leases";
import { LeaseRoutes } from "../lease/ways";
import type * as failures from "../../ssh/failures";
import type * as reading from "./read";

/** What the configurations of one provider process share: its leases, and how this run reaches the machines that keep them. */
export class MachineContext {
  readonly routes = new LeaseRoutes();
  private loaded?: ReturnType<typeof load>;

  /**
   * What needs SSH, loaded at its first use: ssh2 costs more time than the rest of the plugin's code together, and a
   * preview has no use for it.
   */
  overSsh() {
    return (this.loaded ??= load());
  }

  /** A run is over. One that contacted no machine holds no lease. */
  async finish(): Promise<void> {
    await this.loaded?.leases.end();
  }
}

function load() {
  const { Leases } = require("../lease/leases") as typeof leasing;
  return {
    ...(require("../apply/apply") as typeof applying),
    ...(require("./read") as typeof reading),
    ...(require("../../ssh/failures") as typeof failures),
    leases: new Leases(),
  };
}
