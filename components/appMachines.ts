import * as pulumi from "@pulumi/pulumi";
import { machinesWith } from "../blueprint/blueprint";
import type { Configuration } from "../machine/configuration";
import { configureInTurn } from "./configureInTurn";
import { type JumpHost, Machine, type Surroundings } from "./machine";

export interface AppMachinesArgs extends Surroundings {
  /** The load balancers, which are the way in. */
  readonly jumpHosts: readonly JumpHost[];
}

/** The machines that run the app, configured one after the other. */
export class AppMachines extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];
  readonly configurations: readonly Configuration[];

  constructor(name: string, args: AppMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AppMachines", name, {}, opts);
    this.machines = machinesWith(args.blueprint, "app").map(
      (machine) => new Machine(machine.name, { ...args, machine }, { parent: this }),
    );
    this.configurations = configureInTurn(this.machines, {
      via: args.jumpHosts,
      // The first one to get a release: where it fails, nobody else is touched, and where it cannot be asked neither.
      leaseKeeper: this.machines[0],
    });
    this.registerOutputs({});
  }
}
