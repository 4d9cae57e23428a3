import { PlacementGroup } from "@pulumi/hcloud/placementGroup";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import { resourceLabels } from "./labels";

/** Groups whose machines Hetzner keeps on different hosts: one broken host takes down one of them. */
export class PlacementGroups extends pulumi.ComponentResource {
  /** Group name in the blueprint → id. */
  readonly ids: Readonly<Record<string, pulumi.Output<number>>>;

  constructor(name: string, { blueprint }: { readonly blueprint: Blueprint }, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:PlacementGroups", name, {}, opts);
    const roleOf = (group: string) => {
      // The first role: what a machine does beside it comes and goes with the rungs.
      const role = blueprint.machines.find(({ placementGroup }) => placementGroup === group)?.roles[0];
      if (!role) throw new Error(`no machine is in the placement group ${group}`);
      return role;
    };
    this.ids = Object.fromEntries(
      blueprint.placementGroups.map((group) => {
        const resource = new PlacementGroup(
          `${name}-${group}`,
          { name: `${blueprint.stack}-${group}`, type: "spread", labels: resourceLabels(blueprint, roleOf(group)) },
          { parent: this },
        );
        return [group, resource.id.apply(Number)];
      }),
    );
    this.registerOutputs({ ids: this.ids });
  }
}
