import type { StoreKeys } from "../../blueprint/resolve/store";
import { type Environment, type EnvironmentVariable, readVariable } from "../../lib/environmentVariables";

/**
 * Where a pipeline puts the keys to the store of releases. They have names of their own: `AWS_ACCESS_KEY_ID` and its like
 * open the bucket that Pulumi keeps its states in, and an environment that has those for Pulumi would lend them to a store
 * that they do not open.
 */
export const storeKeyVariables = {
  accessKey: "HOLDFAST_RELEASES_ACCESS_KEY",
  secretKey: "HOLDFAST_RELEASES_SECRET_KEY",
} as const satisfies Record<keyof StoreKeys, EnvironmentVariable>;

/** Both keys, or nothing: one of them opens nothing. */
export function storeKeysIn(environment: Environment): StoreKeys | undefined {
  const accessKey = readVariable(storeKeyVariables.accessKey, environment);
  const secretKey = readVariable(storeKeyVariables.secretKey, environment);
  return accessKey && secretKey ? { accessKey, secretKey } : undefined;
}
