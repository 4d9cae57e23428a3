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
    this.ids = Object.fromEntries(
      blueprint.placementGroups.map((group) => {
        const resource = new PlacementGroup(
          `${name}-${group}`,
          { name: `${blueprint.stack}-${group}`, type: "spread", labels: resourceLabels(blueprint) },
          { parent: this },
        );
        return [group, resource.id.apply(Number)];
      }),
    );
    this.registerOutputs({ ids: this.ids });
  }
}
