import { createHash } from "node:crypto";

/**
 * Tells a stack's tokens apart without telling them. With the stack's name in it, so that nobody sees from two of them
 * whether two environments share a token.
 */
export function tokenFingerprint(stack: string, token: string): string {
  return createHash("sha256").update(`holdfast token of ${stack}\n${token}`).digest("hex").slice(0, 12);
}
