import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { parse } from "yaml";
import { cloudRules } from "../blueprint/cloudTarget";
import { encryptedSecret, type SettingsSource } from "../blueprint/settingsSource";
import { CHECKOUT, requireSettingsFile, settingsFile } from "./checkout";
import { UserError } from "../lib/errors";
import { localIssuer, localCloudOf } from "./localCloud";
import { publicKey } from "./preview/target";
import { tryRead } from "../lib/files";

/**
 * The settings in `Pulumi.<stack>.yaml`, in the form that Pulumi gives the program. For commands without an engine:
 * encrypted values stay encrypted.
 *
 * @throws UserError when the stack has no settings, or its file is not YAML
 */
export function readSettingsFile(stack: string): SettingsSource {
  return parseSettingsFile(stack, readFileSync(requireSettingsFile(stack), "utf8"), CHECKOUT);
}

/**
 * As `readSettingsFile`, for settings of another revision.
 *
 * @param text of `Pulumi.<stack>.yaml`
 * @param folder with Pulumi.yaml, from which relative paths start
 * @throws UserError when the text is not YAML
 */
export function parseSettingsFile(stack: string, text: string, folder: string): SettingsSource {
  const config = readConfig(settingsFile(stack).name, text);
  const local = localCloudOf(stack);
  const cloud = cloudRules(stack, local?.adminKey, local && localIssuer(local.name));
  return {
    stack,
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, toText(value)])),
    isSecret: (key) => hasSecret(config[key]),
    preview: true,
    folder,
    home: homedir(),
    cloud,
    readText: (file) => readText(file) ?? (file === cloud.defaultAdmin?.sshKey ? standInKey(stack) : undefined),
  };
}

function readConfig(name: string, text: string): Readonly<Record<string, unknown>> {
  let file: unknown;
  try {
    file = parse(text);
  } catch (error) {
    throw new UserError(`${name} is not YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  const config = (file as { config?: unknown } | null)?.config ?? {};
  if (typeof config !== "object" || Array.isArray(config)) {
    throw new UserError(
      `${name}: "config" is not a group of settings; write "config:" and the settings indented below it`,
    );
  }
  return config as Readonly<Record<string, unknown>>;
}

/** As Pulumi does: text as it is, everything else as JSON. */
function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(withoutSecrets(value));
}

interface Secure {
  readonly secure: string;
}

function isSecure(value: unknown): value is Secure {
  return typeof value === "object" && value !== null && typeof (value as Partial<Secure>).secure === "string";
}

function hasSecret(value: unknown): boolean {
  if (isSecure(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasSecret);
}

/** Replaces ciphertexts by a word that is clear in messages. */
function withoutSecrets(value: unknown): unknown {
  if (isSecure(value)) return encryptedSecret;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/**
 * The local cloud makes the admin key of a local stack when it first starts. A command that only reads takes this one
 * instead.
 */
function standInKey(stack: string): string {
  return `${publicKey()} admin@${stack}\n`;
}

function readText(path: string): string | undefined {
  return existsSync(path) ? tryRead(path) : undefined;
}
