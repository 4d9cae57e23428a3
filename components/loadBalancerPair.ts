import * as pulumi from "@pulumi/pulumi";
import { machinesWith } from "../blueprint/blueprint";
import { configureInTurn } from "./configureInTurn";
import { type JumpHost, Machine, type Surroundings } from "./machine";

/**
 * The machines that visitors talk to: one now, two that share a floating IP later (settings refuse other numbers).
 *
 * They are also the way in to all other machines, so their servers come first; they are configured last, because a load
 * balancer is well when an instance answers through it.
 */
export class LoadBalancerPair extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];
  /** The way in to machines without a public address. */
  readonly jumpHosts: readonly JumpHost[];
  /** Where visitors go. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: Surroundings, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:LoadBalancerPair", name, {}, opts);
    this.machines = machinesWith(args.blueprint, "loadBalancer").map(
      (machine) => new Machine(machine.name, { ...args, machine }, { parent: this }),
    );
    this.jumpHosts = this.machines.map(({ server }) => ({ host: server.ipv4Address, serverId: server.id }));
    this.url = pulumi.interpolate`http://${pulumi.output(this.machines[0]?.server.ipv4Address)}`;
    this.registerOutputs({ url: this.url });
  }

  /**
   * Puts HAProxy in front of the instances.
   *
   * @param after the configurations of the app machines
   */
  configure(after: readonly pulumi.Resource[]): void {
    // The one that takes over comes first: if the change is bad, the one that serves never sees it.
    configureInTurn([...this.machines].reverse(), { after });
  }
}
