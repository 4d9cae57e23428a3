import * as pulumi from "@pulumi/pulumi";

export interface ServerCertificateArgs {
  /** For people who look at the certificate, and the authority's name. */
  readonly commonName: pulumi.Input<string>;
  /** IP addresses under which clients connect. */
  readonly addresses: pulumi.Input<readonly string[]>;
}

/**
 * A certificate for one server, with an authority of its own that clients are told. It is issued anew when half of its
 * ten years are over.
 */
export class ServerCertificate extends pulumi.CustomResource {
  /** PEM of the authority's certificate: what clients have to believe. */
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
