import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { Target } from "../blueprint/target";
import { tokenFingerprint } from "../blueprint/tokenFingerprint";

/**
 * Which token an update was made with, for the proof that a teardown wants. A preview may have none: then it is known
 * after the update, as ids are.
 */
export function usedToken(stack: string, { token }: Target): pulumi.Output<string> {
  return pulumi.output(token === undefined ? (unknown as unknown as string) : tokenFingerprint(stack, token));
}
