import { existsSync, readFileSync } from "node:fs";
import type { Issuer } from "../blueprint/issuer";
import { isLocalStack } from "../blueprint/stacks";
import { cloudOf, localPaths } from "../local/paths";

/** The local cloud that a stack is in. */
export interface LocalCloud {
  readonly name: string;
  /** Path of the private key that the stack lets in. */
  readonly adminKey: string;
}

/**
 * The local cloud of a stack; undefined for a stack at Hetzner. Commands ask only here.
 *
 * @param name of the local cloud. @default that of the stack's name, else that of HOLDFAST_LOCAL
 */
export function localCloudOf(stack: string, name?: string): LocalCloud | undefined {
  if (!isLocalStack(stack)) return undefined;
  const cloud = name ?? cloudOf(stack);
  return { name: cloud, adminKey: localPaths(cloud).adminKeyOf(stack) };
}

/** The authority for certificates of a local cloud; undefined where it has none. */
export function localIssuer(cloud: string): Issuer | undefined {
  const file = localPaths(cloud).acmeIssuer;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Issuer) : undefined;
}
