import * as pulumi from "@pulumi/pulumi";
import { parseReference } from "../blueprint/releaseReference";
import type { SettingsSource } from "../blueprint/settingsSource";
import { backupStorageStore, type StorageAccess, storageAccessOutput, writtenStore } from "../blueprint/storageAccess";
import { releaseOf } from "../release/program";

/**
 * The same source with the way to the releases on the stack's own backup storage, where the release is one of these. The
 * update before this one made the account and left the way to it among the stack's outputs.
 */
export async function withStorageAccess(source: SettingsSource): Promise<SettingsSource> {
  if (writtenStore(source.config["holdfast:releases"]) !== backupStorageStore) return source;
  const { value: release } = parseReference(releaseOf(source.config["holdfast:app"]) ?? "");
  if (release?.kind !== "version" && release?.kind !== "content") return source;
  const itself = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const { value, secretValue } = await itself.getOutputDetails(storageAccessOutput);
  return { ...source, storageAccess: (secretValue ?? value) as StorageAccess | undefined };
}
