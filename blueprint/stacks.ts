/** Stacks of a local cloud: `local`, `local-…`. Everything else is meant for Hetzner. */
export function isLocalStack(stack: string): boolean {
  return /^local(-|$)/.test(stack);
}

/** Stacks that protect what matters unless told otherwise. */
export function isProdStack(stack: string): boolean {
  return /^prod(-|$)/.test(stack);
}
