import { existsSync } from "node:fs";
import { UserError } from "../lib/errors";
import { join, resolve } from "node:path";

/** The folder of this checkout: where Pulumi.yaml is. */
export const CHECKOUT = resolve(__dirname, "..");

/** The settings file of a stack, e.g. `Pulumi.local.yaml`, and whether it exists. */
export function settingsFile(stack: string): { name: string; path: string; exists: boolean } {
  const name = `Pulumi.${stack}.yaml`;
  const path = join(CHECKOUT, name);
  return { name, path, exists: existsSync(path) };
}

/** The path of a stack's settings file. @throws UserError when there is none */
export function requireSettingsFile(stack: string): string {
  const { name, path, exists } = settingsFile(stack);
  if (exists) return path;
  throw new UserError(`there is no stack "${stack}": ${name} does not exist`);
}
