import { readSettings } from "../blueprint/readSettings";
import { type SettingsSource, writtenText } from "../blueprint/settingsSource";
import { backupStorageStore, type StorageAccess, storageAccessOutput } from "../blueprint/storageAccess";
import { comesFromStore, withRelease } from "../release/program";
import { storeKeysIn, storeKeyVariables } from "../release/store/environmentKeys";
import { lastLines } from "../lib/run";
import { UserError } from "../lib/errors";
import { settingsSource } from "./settingsSource";
import { Project } from "./pulumi/project";

const releases = "holdfast:releases";

/**
 * A stack's settings, with what its release says about itself, for commands that need no engine.
 *
 * @throws SettingsError when they cannot be used, UserError when there are none
 */
export async function readStackSettings(stack: string) {
  const source = settingsSource(stack);
  // Only what lies in the store needs its keys, and with them a way to the stack's secrets.
  return readSettings(await withRelease(comesFromStore(source) ? await withStoreKeys(source) : source));
}

/**
 * The same source with the keys to the store decrypted, if there are any: the one secret that commands need themselves.
 * Keys in the environment count before them, so that a pipeline needs no way to the stack's secrets; an SFTP server has no
 * use for them.
 */
export async function withStoreKeys(source: SettingsSource, environment = process.env): Promise<SettingsSource> {
  const store = writtenText(source.config[releases], "store");
  if (store === backupStorageStore) return { ...source, storageAccess: await storageAccessOf(source.stack) };
  if (!source.isSecret(releases)) return source;
  const text =
    storeKeysIn(environment) && !store?.startsWith("sftp:") ? withoutKeys(source) : await decrypted(source.stack);
  return { ...source, config: { ...source.config, [releases]: text } };
}

function withoutKeys({ config }: SettingsSource): string {
  const section = JSON.parse(config[releases] ?? "{}") as Record<string, unknown>;
  return JSON.stringify({ ...section, accessKey: undefined, secretKey: undefined });
}

/** What the stack's last update left among its outputs; nothing when it made no account for releases. */
async function storageAccessOf(stack: string): Promise<StorageAccess | undefined> {
  const project = await Project.open(stack);
  const answer = await project.run(["stack", "output", storageAccessOutput, "--show-secrets", "--json"]);
  if (answer.code === 0) return JSON.parse(answer.stdout) as StorageAccess;
  if (/does not have output property|no stack named/.test(answer.stderr)) return undefined;
  // What it wrote to stdout could be the password.
  const said = lastLines({ ...answer, stdout: "" });
  throw new UserError(`Pulumi does not say how to get to the releases on the backup storage of "${stack}": ${said}`);
}

async function decrypted(stack: string): Promise<string> {
  const project = await Project.open(stack);
  const shown = await project.run(["config", "--json", "--show-secrets"]);
  if (shown.code !== 0) {
    throw new UserError(
      `the keys to the releases of "${stack}" cannot be decrypted: ${lastLines(shown)}\n` +
        `Set $${storeKeyVariables.accessKey} and $${storeKeyVariables.secretKey}, or give Pulumi what it needs.`,
    );
  }
  const config = JSON.parse(shown.stdout) as Readonly<Record<string, { value?: string }>>;
  return config[releases]?.value ?? "{}";
}
