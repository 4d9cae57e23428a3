import * as pulumi from "@pulumi/pulumi";
import { machinesWith } from "../blueprint/blueprint";
import type { Configuration } from "../machine/configuration";
import { configureInTurn } from "./configureInTurn";
import { type ConfigureArgs, Machine, type Surroundings } from "./machine";

/** The machines that run the app: their servers first, since one of them may have the database, and configured later. */
export class AppMachines extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];

  constructor(name: string, args: Surroundings, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AppMachines", name, {}, opts);
    this.machines = machinesWith(args.blueprint, "app").map(
      (machine) => new Machine(machine.name, { ...args, machine }, { parent: this }),
    );
    this.registerOutputs({});
  }

  /** Brings the app to its state, machine by machine. */
  configure(args: Omit<ConfigureArgs, "leaseKeeper">): Configuration[] {
    // The first one to get a release: where it fails, nobody else is touched, and where it cannot be asked neither.
    return configureInTurn(this.machines, { ...args, leaseKeeper: this.machines[0] });
  }
}
