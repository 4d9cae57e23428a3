import { type ParsedSettings, parseSettings, withSection, writtenGroup } from "../blueprint/parseSettings";
import { readSettings } from "../blueprint/readSettings";
import type { SettingsSource } from "../blueprint/settingsSource";
import { backupStorageStore, type StorageAccess, storageAccessOutput } from "../blueprint/storageAccess";
import { comesFromStore, withRelease } from "../release/program";
import { storeKeysIn, storeKeyVariables } from "../release/store/environmentKeys";
import { lastLines } from "../lib/run";
import { UserError } from "../lib/errors";
import { readSettingsFile } from "./settingsFile";
import { Project } from "./pulumi/project";

/**
 * A stack's settings, with what its release says about itself, for commands that need no engine.
 *
 * @throws SettingsError when they cannot be used, UserError when there are none
 */
export async function readStackSettings(stack: string) {
  const parsed = parseSettings(readSettingsFile(stack));
  // Only what lies in the store needs its keys, and with them a way to the stack's secrets.
  return readSettings(await withRelease(comesFromStore(parsed) ? await withStoreKeys(parsed) : parsed));
}

/**
 * Adds the keys to the store of releases, decrypted, where there are any: the one secret that commands need. Keys in the
 * environment count before them, so that a pipeline needs no way to the stack's secrets. SFTP servers do not use those.
 */
export async function withStoreKeys(parsed: ParsedSettings, environment = process.env): Promise<ParsedSettings> {
  const { source, sections } = parsed;
  const { releases } = sections;
  if (releases?.store === backupStorageStore) return { ...parsed, storageAccess: await storageAccessOf(source.stack) };
  if (!source.isSecret("holdfast:releases")) return parsed;
  if (releases && storeKeysIn(environment) && !releases.store.startsWith("sftp:")) {
    return withSection(parsed, "releases", { ...releases, accessKey: undefined, secretKey: undefined });
  }
  const decrypted = await decryptedSource(source);
  // A command may have named another store than the settings do.
  return withSection(parsed, "releases", {
    ...writtenGroup(decrypted, "releases"),
    ...(releases && { store: releases.store }),
  });
}

/** What the stack's last update left among its outputs; nothing when it made no account for releases. */
async function storageAccessOf(stack: string): Promise<StorageAccess | undefined> {
  const project = await Project.open(stack);
  const answer = await project.run(["stack", "output", storageAccessOutput, "--show-secrets", "--json"]);
  if (answer.code === 0) return JSON.parse(answer.stdout) as StorageAccess;
  if (/does not have output property|no stack named/.test(answer.stderr)) return undefined;
  // What it wrote to stdout could be the password.
  const errors = lastLines({ ...answer, stdout: "" });
  throw new UserError(`Pulumi does not say how to get to the releases on the backup storage of "${stack}": ${errors}`);
}

async function decryptedSource(source: SettingsSource): Promise<SettingsSource> {
  const project = await Project.open(source.stack);
  const shown = await project.run(["config", "--json", "--show-secrets"]);
  if (shown.code !== 0) {
    throw new UserError(
      `the keys to the releases of "${source.stack}" cannot be decrypted: ${lastLines(shown)}\n` +
        `Set $${storeKeyVariables.accessKey} and $${storeKeyVariables.secretKey}, or give Pulumi what it needs.`,
    );
  }
  const config = JSON.parse(shown.stdout) as Readonly<Record<string, { value?: string }>>;
  return { ...source, config: Object.fromEntries(Object.entries(config).map(([key, { value = "" }]) => [key, value])) };
}
