import * as pulumi from "@pulumi/pulumi";
import type { Blueprint, MachinePlan } from "../blueprint/blueprint";
import type { Https, HttpsSecrets } from "../blueprint/resolve/https";
import { SigningKey } from "../provider/certificates/signingKey";
import {
  certificateConfiguration,
  certificatePaths as paths,
  challengeAnswer,
  ownCertificatePath,
} from "../roles/loadBalancer/certificateKeeper/certificateKeeper";
import type { DeferredFile } from "./machine";

export interface CertificateKeysArgs {
  readonly blueprint: Blueprint;
  readonly https: Https;
  readonly secrets?: HttpsSecrets;
}

/**
 * The keys that certificates are ordered with and made for. Every load balancer gets the same, so that each can answer an
 * authority, and a chain that one of them obtained serves the others. Certificates themselves are the machines' business.
 */
export class CertificateKeys extends pulumi.ComponentResource {
  private readonly account: SigningKey;
  private readonly site: SigningKey;

  constructor(
    name: string,
    private readonly args: CertificateKeysArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:CertificateKeys", name, {}, opts);
    this.account = new SigningKey(`${name}-account`, { purpose: "account" }, { parent: this });
    this.site = new SigningKey(`${name}-site`, { purpose: "site" }, { parent: this });
    this.registerOutputs({});
  }

  /** What a load balancer gets. @param address the address that visitors know */
  files(machine: MachinePlan, address: pulumi.Input<string>): Readonly<Record<string, DeferredFile>> {
    const { blueprint, https, secrets } = this.args;
    const configuration = pulumi
      .output(address)
      .apply((known) => certificateConfiguration(https, blueprint, machine, known));
    const secret = { mode: "0600" };
    const { keys, accountKey } = secrets ?? {};
    const own = Object.entries(https.certificates).map(([host, chain]) => [
      ownCertificatePath(host),
      { content: pulumi.secret(`${chain}${keys?.[host] ?? ""}`), ...secret },
    ]);
    return {
      [paths.configuration]: { content: configuration },
      [paths.accountKey]: { content: pulumi.secret(this.account.key), ...secret },
      [paths.siteKey]: { content: pulumi.secret(this.site.key), ...secret },
      ...(https.issuer.accountId !== undefined && {
        [paths.bindingKey]: { content: pulumi.secret(`${accountKey ?? ""}\n`), ...secret },
      }),
      ...(Object.fromEntries(own) as Record<string, DeferredFile>),
      [paths.challenge]: { content: this.account.thumbprint.apply(challengeAnswer) },
      ...(https.issuer.ca === undefined ? {} : { [paths.authority]: { content: https.issuer.ca } }),
    };
  }
}
