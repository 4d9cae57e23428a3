import * as pulumi from "@pulumi/pulumi";

export interface HostKeyArgs {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
}

/** The host key of an SSH server at the first contact, when this resource is created. */
export class HostKey extends pulumi.CustomResource {
  /** In OpenSSH's form, without a comment. */
  declare public readonly publicKey: pulumi.Output<string>;

  constructor(name: string, args: HostKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super("holdfast:keys:HostKey", name, { ...args, publicKey: undefined }, opts);
  }
}
