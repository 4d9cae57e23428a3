import type { StoreKeys } from "../../blueprint/resolve/store";

/**
 * Where a pipeline puts the keys to the store of releases. They have names of their own: `AWS_ACCESS_KEY_ID` and its like
 * open the bucket that Pulumi keeps its states in, and an environment that has those for Pulumi would lend them to a store
 * that they do not open.
 */
export const storeKeyVariables = {
  accessKey: "HOLDFAST_RELEASES_ACCESS_KEY",
  secretKey: "HOLDFAST_RELEASES_SECRET_KEY",
} as const;

/** Both keys, or nothing: one of them opens nothing. */
export function storeKeysIn(environment: NodeJS.ProcessEnv): StoreKeys | undefined {
  const { [storeKeyVariables.accessKey]: accessKey, [storeKeyVariables.secretKey]: secretKey } = environment;
  return accessKey && secretKey ? { accessKey, secretKey } : undefined;
}
