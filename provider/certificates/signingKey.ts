import * as pulumi from "@pulumi/pulumi";

export interface SigningKeyArgs {
  /** What it is for, for people. */
  readonly purpose: pulumi.Input<string>;
}

/** A key (P-256) that certificates are ordered with or made for. It never changes. */
export class SigningKey extends pulumi.CustomResource {
  /** PEM (PKCS #8), a secret. */
  declare public readonly key: pulumi.Output<string>;
  /** RFC 7638, of its public half. */
  declare public readonly thumbprint: pulumi.Output<string>;

  constructor(name: string, args: SigningKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "holdfast:certificates:SigningKey",
      name,
      { ...args, key: undefined, thumbprint: undefined },
      { ...opts, additionalSecretOutputs: ["key"] },
    );
  }
}
