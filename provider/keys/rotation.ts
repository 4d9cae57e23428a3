import * as pulumi from "@pulumi/pulumi";

export interface RotationArgs {
  /** How often the secret has gone on by a step. */
  readonly step: number;
}

/** How far the rotation of one secret has come. It is the only thing that knows it: nobody writes it into settings. */
export class Rotation extends pulumi.CustomResource {
  constructor(name: string, args: RotationArgs, opts?: pulumi.CustomResourceOptions) {
    super("holdfast:keys:Rotation", name, { ...args, since: undefined }, opts);
  }
}
