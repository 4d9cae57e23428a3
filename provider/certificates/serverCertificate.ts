import * as pulumi from "@pulumi/pulumi";

export interface ServerCertificateArgs {
  /** For people, and for the name of the authority. */
  readonly commonName: pulumi.Input<string>;
  /** IP addresses under which clients connect. */
  readonly addresses: pulumi.Input<readonly string[]>;
}

/**
 * A certificate for one server from an authority of its own, which clients get. It is issued anew after half of its
 * ten years.
 */
export class ServerCertificate extends pulumi.CustomResource {
  /** PEM of the authority's certificate, which clients have to trust. */
  declare public readonly authority: pulumi.Output<string>;
  /** PEM */
  declare public readonly certificate: pulumi.Output<string>;
  /** PEM (PKCS #8), a secret. */
  declare public readonly key: pulumi.Output<string>;

  constructor(name: string, args: ServerCertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { authority: undefined, authorityKey: undefined, certificate: undefined, key: undefined };
    super(
      "holdfast:certificates:ServerCertificate",
      name,
      { ...args, ...outputs, renewal: undefined },
      {
        ...opts,
        additionalSecretOutputs: ["authorityKey", "key"],
      },
    );
  }
}
