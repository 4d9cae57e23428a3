import { Volume } from "@pulumi/hcloud/volume";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import type { Database } from "../blueprint/database";
import { resourceLabels } from "./labels";

export interface DatabaseVolumeArgs {
  readonly blueprint: Blueprint;
  readonly volume: Database["volume"];
  /** The machine that has it by the settings. */
  readonly machine: Database["machine"];
}

/**
 * The volume that has every row. Hetzner puts no file system on it: the machine does, and only when nothing at all is
 * there. Which machine has it is said elsewhere, so that the volume stays when machines come and go.
 */
export class DatabaseVolume extends pulumi.ComponentResource {
  readonly volumeId: pulumi.Output<number>;
  /** GiB; known once the volume has this size. */
  readonly size: pulumi.Output<number>;

  constructor(
    name: string,
    { blueprint, volume, machine }: DatabaseVolumeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:DatabaseVolume", name, {}, opts);
    const { location, protect } = blueprint.settings;
    const resource = new Volume(
      name,
      { ...volume, location, labels: resourceLabels(blueprint, "database", machine), deleteProtection: protect },
      { parent: this, protect },
    );
    this.volumeId = resource.id.apply(Number);
    this.size = resource.size;
    this.registerOutputs({ volumeId: this.volumeId });
  }
}
