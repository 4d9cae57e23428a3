import { SshKey } from "@pulumi/hcloud/sshKey";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import { formatPublicKey, keyId } from "../blueprint/sshKeys";
import { resourceLabels } from "./labels";

/**
 * The admins' keys in the project. Servers are created with them so that Hetzner mails no root password; who is let
 * in afterwards is a file of the configuration.
 */
export class AdminKeys extends pulumi.ComponentResource {
  readonly ids: readonly pulumi.Output<string>[];

  constructor(name: string, { blueprint }: { readonly blueprint: Blueprint }, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:AdminKeys", name, {}, opts);
    this.ids = blueprint.settings.admin.sshKeys.map((key) => {
      // Named by the key itself: taking one out of the list must not rename the ones after it.
      const id = keyId(key);
      const resource = new SshKey(
        `${name}-${id}`,
        {
          name: `${blueprint.stack}-${id}`,
          publicKey: formatPublicKey(key),
          labels: resourceLabels(blueprint, "admin"),
        },
        { parent: this, deleteBeforeReplace: true },
      );
      return resource.id;
    });
    this.registerOutputs({ ids: this.ids });
  }
}
