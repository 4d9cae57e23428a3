import * as pulumi from "@pulumi/pulumi";
import type { ParsedSettings } from "../blueprint/parseSettings";
import { backupStorageStore, type StorageAccess, storageAccessOutput } from "../blueprint/storageAccess";
import { comesFromStore } from "../release/program";

/**
 * Adds how to log in to the releases on the stack's own backup storage, where the release is one of these. The update
 * before this one made the account and left the login among the stack's outputs.
 */
export async function withStorageAccess(parsed: ParsedSettings): Promise<ParsedSettings> {
  const { sections, source } = parsed;
  const isNeeded = sections.releases?.store === backupStorageStore && comesFromStore(parsed);
  if (!isNeeded || source.secretsAreStandIns) return parsed;
  const itself = new pulumi.StackReference(`${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`);
  const { value, secretValue } = await itself.getOutputDetails(storageAccessOutput);
  return { ...parsed, storageAccess: (secretValue ?? value) as StorageAccess | undefined };
}
