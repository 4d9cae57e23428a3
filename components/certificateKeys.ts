import * as pulumi from "@pulumi/pulumi";
import type { Blueprint, MachinePlan } from "../blueprint/blueprint";
import type { Https } from "../blueprint/resolve/https";
import { SigningKey } from "../provider/certificates/signingKey";
import {
  certificateConfiguration,
  certificatePaths as paths,
  challengeAnswer,
} from "../roles/loadBalancer/certificateKeeper/certificateKeeper";
import type { DeferredFile } from "./machine";

export interface CertificateKeysArgs {
  readonly blueprint: Blueprint;
  readonly https: Https;
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
    const { blueprint, https } = this.args;
    const configuration = pulumi
      .output(address)
      .apply((known) => certificateConfiguration(https, blueprint, machine, known));
    const secret = { mode: "0600" };
    return {
      [paths.configuration]: { content: configuration },
      [paths.accountKey]: { content: pulumi.secret(this.account.key), ...secret },
      [paths.siteKey]: { content: pulumi.secret(this.site.key), ...secret },
      [paths.challenge]: { content: this.account.thumbprint.apply(challengeAnswer) },
      ...(https.issuer.ca === undefined ? {} : { [paths.authority]: { content: https.issuer.ca } }),
    };
  }
}
