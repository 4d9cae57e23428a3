import * as pulumi from "@pulumi/pulumi";

export interface AuthorizedKeysArgs {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly user: pulumi.Input<string>;
  /** Of the server, in OpenSSH's form. */
  readonly hostKey: pulumi.Input<string>;
  /** In OpenSSH's form: these let in afterwards, and no others. */
  readonly publicKeys: pulumi.Input<pulumi.Input<string>[]>;
  /** In OpenSSH's form, a secret: one of them lets in now. The first one has to let in afterwards. */
  readonly privateKeys: pulumi.Input<pulumi.Input<string>[]>;
}

/** The `.ssh/authorized_keys` of an account on a server that has nothing but SFTP. */
export class AuthorizedKeys extends pulumi.CustomResource {
  constructor(name: string, args: AuthorizedKeysArgs, opts?: pulumi.CustomResourceOptions) {
    super("holdfast:keys:AuthorizedKeys", name, { ...args }, { ...opts, additionalSecretOutputs: ["privateKeys"] });
  }
}
