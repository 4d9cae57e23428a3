import { Network as HcloudNetwork } from "@pulumi/hcloud/network";
import { NetworkSubnet } from "@pulumi/hcloud/networkSubnet";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import { resourceLabels } from "./labels";

export interface NetworkArgs {
  readonly blueprint: Blueprint;
}

/** The private network of one environment, with the one subnet that its machines are in. */
export class Network extends pulumi.ComponentResource {
  /** Known once the subnet is there: a server that comes earlier would get no address. */
  readonly networkId: pulumi.Output<number>;

  constructor(name: string, { blueprint }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Network", name, {}, opts);
    const { range, subnet, zone } = blueprint.network;
    const { protect } = blueprint.settings;

    // Deleting a network detaches every machine from it without a question.
    const network = new HcloudNetwork(
      name,
      {
        name: blueprint.stack,
        ipRange: range,
        labels: resourceLabels(blueprint, "network"),
        deleteProtection: protect,
      },
      { parent: this, protect, deleteBeforeReplace: true },
    );
    const id = network.id.apply(Number);
    const inside = new NetworkSubnet(
      name,
      { networkId: id, type: "cloud", networkZone: zone, ipRange: subnet },
      // A subnet has no name to be told apart by: its range is taken until the old one is gone.
      { parent: network, deleteBeforeReplace: true },
    );

    this.networkId = inside.networkId;
    this.registerOutputs({ networkId: this.networkId });
  }
}
