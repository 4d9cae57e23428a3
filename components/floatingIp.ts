import { FloatingIp as HcloudFloatingIp } from "@pulumi/hcloud/floatingIp";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import { resourceLabels } from "./labels";

export interface FloatingIpArgs {
  readonly blueprint: Blueprint;
}

/**
 * The address that visitors know, from the first load balancer machine on. Which machine has it is declared nowhere: the
 * load balancers move it, and a declared holder would be wrong after each failover.
 */
export class FloatingIp extends pulumi.ComponentResource {
  readonly floatingIpId: pulumi.Output<number>;
  readonly address: pulumi.Output<string>;

  constructor(name: string, { blueprint }: FloatingIpArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:FloatingIp", name, {}, opts);
    const { location, protect } = blueprint.settings;

    const floatingIp = new HcloudFloatingIp(
      name,
      {
        name: `${blueprint.stack}-${name}`,
        type: "ipv4",
        homeLocation: location,
        description: "where visitors go",
        labels: resourceLabels(blueprint, "loadBalancer"),
        deleteProtection: protect,
      },
      { parent: this, protect, deleteBeforeReplace: true },
    );

    this.floatingIpId = floatingIp.id.apply(Number);
    this.address = floatingIp.ipAddress;
    this.registerOutputs({ address: this.address });
  }
}
