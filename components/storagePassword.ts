import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";

/** A password for an account on a Storage Box. Of the characters that are special, those that Hetzner allows. */
export function storagePassword(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const required = { minUpper: 1, minLower: 1, minNumeric: 1, minSpecial: 1 };
  return new RandomPassword(name, { length: 40, overrideSpecial: "-_.+=", ...required }, opts).result;
}
