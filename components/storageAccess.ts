import * as pulumi from "@pulumi/pulumi";
import { type SettingsSource, writtenText } from "../blueprint/settingsSource";
import { backupStorageStore, type StorageAccess, storageAccessOutput } from "../blueprint/storageAccess";
import { comesFromStore } from "../release/program";

/**
 * The same source with the way to the releases on the stack's own backup storage, where the release is one of these. The
 * update before this one made the account and left the way to it among the stack's outputs.
 */
export async function withStorageAccess(source: SettingsSource): Promise<SettingsSource> {
  const store = writtenText(source.config["holdfast:releases"], "store");
  if (store !== backupStorageStore || !comesFromStore(source) || source.secretsAreStandIns) return source;
  const itself = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const { value, secretValue } = await itself.getOutputDetails(storageAccessOutput);
  return { ...source, storageAccess: (secretValue ?? value) as StorageAccess | undefined };
}
