import * as pulumi from "@pulumi/pulumi";

export interface KeyPairArgs {
  /** Part of the public half, for people. */
  readonly comment: pulumi.Input<string>;
}

/** An SSH key (Ed25519) with which a machine logs in elsewhere. */
export class KeyPair extends pulumi.CustomResource {
  /** In OpenSSH's form, one line. */
  declare public readonly publicKey: pulumi.Output<string>;
  /** In OpenSSH's form, a secret. */
  declare public readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: KeyPairArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "holdfast:keys:KeyPair",
      name,
      { ...args, publicKey: undefined, privateKey: undefined },
      { ...opts, additionalSecretOutputs: ["privateKey"] },
    );
  }
}
