import { isLocalStack } from "../blueprint/stacks";
import { cloudOf, localPaths } from "../local/paths";

/** The local cloud that a stack is in. */
export interface LocalCloud {
  readonly name: string;
  /** Path of the private key that the stack lets in. */
  readonly adminKey: string;
}

/**
 * Where commands find a stack: in this local cloud, or at Hetzner when there is none. The one place in which they ask.
 *
 * @param name of the local cloud. @default the one of the stack's own name, else the one that HOLDFAST_LOCAL names
 */
export function localCloudOf(stack: string, name?: string): LocalCloud | undefined {
  if (!isLocalStack(stack)) return undefined;
  const cloud = name ?? cloudOf(stack);
  return { name: cloud, adminKey: localPaths(cloud).adminKeyOf(stack) };
}
