import { createHash } from "node:crypto";
import { parse, stringify } from "yaml";

/** A copy of a stack's settings without secrets. */
export interface PlainSettings {
  readonly yaml: string;
  /** Path as for `pulumi config set --path` → text that replaces the encrypted value. */
  readonly secrets: Readonly<Record<string, string>>;
}

interface StackFile {
  readonly config?: Record<string, unknown>;
  readonly [key: string]: unknown;
}

/** Settings of the encryption, which a copy without secrets does not need. */
const encryption = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/**
 * Settings without their secrets, so that a preview needs no passphrase. A hash of its ciphertext replaces each
 * encrypted value: a preview sees that a secret changed, but never the secret.
 */
export function plainSettings(text: string): PlainSettings {
  const file = (parse(text) ?? {}) as StackFile;
  const secrets: Record<string, string> = {};
  const config = Object.fromEntries(
    Object.entries(file.config ?? {}).map(([key, value]) => [key, withoutSecrets(value, key, secrets)]),
  );
  const rest = Object.fromEntries(Object.entries(file).filter(([key]) => !encryption.includes(key)));
  return { yaml: stringify({ ...rest, config }), secrets };
}

function withoutSecrets(value: unknown, path: string, secrets: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one, index) => withoutSecrets(one, `${path}[${index}]`, secrets));
  if (typeof value !== "object" || value === null) return value;
  const { secure } = value as { secure?: unknown };
  if (typeof secure === "string") return (secrets[path] = standIn(secure));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, `${path}${step(key)}`, secrets)]),
  );
}

/** 64 characters, as long as a token of Hetzner's. */
function standIn(ciphertext: string): string {
  return createHash("sha256").update(ciphertext).digest("hex");
}

function step(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
