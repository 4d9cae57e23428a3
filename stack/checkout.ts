import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of this checkout: where Pulumi.yaml is. */
export const CHECKOUT = resolve(__dirname, "..");

/** The settings file of a stack, e.g. `Pulumi.local.yaml`, and whether it exists. */
export function settingsFile(stack: string): { name: string; path: string; exists: boolean } {
  const name = `Pulumi.${stack}.yaml`;
  const path = join(CHECKOUT, name);
  return { name, path, exists: existsSync(path) };
}
