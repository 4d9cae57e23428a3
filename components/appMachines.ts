import * as pulumi from "@pulumi/pulumi";
import { machinesWith } from "../blueprint/blueprint";
import type { Configuration } from "../provider/machine/configuration";
import { configureInTurn } from "./configureInTurn";
import { type ConfigureArgs, type JumpHost, type LeaseArgs, Machine, type SharedResources } from "./machine";

/** The machines that run the app: their servers first, since one of them may have the database, and configured later. */
export class AppMachines extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];

  constructor(name: string, args: SharedResources, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AppMachines", name, {}, opts);
    this.machines = machinesWith(args.blueprint, "app").map(
      (machine) => new Machine(machine.name, { ...args, machine }, { parent: this }),
    );
    this.registerOutputs({});
  }

  /**
   * The stack's lease is kept on the first machine to get a release: where that one fails, no other machine changes, and
   * where it cannot be asked neither.
   */
  lease(via: readonly JumpHost[]): LeaseArgs {
    const [first] = this.machines;
    if (!first) throw new Error("a stack has at least one app machine");
    return first.lease(via);
  }

  /**
   * Brings the app to its state, machine by machine. The first one chooses the time that a release's files have on all of
   * them: servers make validators of it, which have to be the same for the same content.
   */
  configure(args: ConfigureArgs): Configuration[] {
    const [first] = configureInTurn(this.machines.slice(0, 1), args);
    if (!first) return [];
    return [first, ...configureInTurn(this.machines.slice(1), { ...args, after: [first], timesOf: first })];
  }
}
