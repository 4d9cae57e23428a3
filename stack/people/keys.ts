import { resolveAdmin, type Admin } from "../../blueprint/resolve/admin";
import { parseSettings } from "../../blueprint/parseSettings";
import { SettingsError } from "../../blueprint/problems";
import { type AdminKey, fingerprintOf, keyId, looksLikeKey, ownerOf, parsePublicKey } from "../../blueprint/sshKeys";
import { UserError } from "../../lib/errors";
import { readSettingsFile } from "../settingsFile";

/**
 * Whose keys a stack's settings name. Nothing else in them is looked at: a mistake elsewhere must not keep anybody in.
 *
 * @throws SettingsError when the keys cannot be read
 */
export function adminOf(stack: string): Admin {
  const source = readSettingsFile(stack);
  const { sections, problems } = parseSettings(source);
  const read = sections.admin && resolveAdmin(sections.admin, source);
  if (read?.value) return read.value;
  throw new SettingsError(stack, [...(problems.admin ?? []), ...(read?.problems ?? [])]);
}

/**
 * The keys that a word means: all of one person, by name or comment, or one key by its fingerprint or its text. Keys that
 * were revoked already are found too, so that the same command may be run again.
 *
 * @throws UserError naming the keys that there are
 */
export function keysMeant({ sshKeys, revokedKeys }: Admin, word: string): AdminKey[] {
  const known = [...sshKeys, ...revokedKeys];
  const text = looksLikeKey(word) ? parsePublicKey(word) : undefined;
  if (text && "wrong" in text) throw new UserError(`the key ${text.wrong}: copy the whole line of its .pub file`);
  if (text) {
    const same = known.filter((key) => keyId(key) === keyId(text));
    // A key that no settings name may still be on a machine.
    return same.length > 0 ? same : [text];
  }
  const meant = known.filter((key) => [key.name, key.comment, fingerprintOf(key)].includes(word));
  if (meant.length > 0) return unique(meant);
  const there = sshKeys.map((key) => `${ownerOf(key)} (${fingerprintOf(key)})`).join(", ");
  throw new UserError(
    `no key of the settings is called "${word}". Name a person, a key's comment, its fingerprint or its whole text. Keys: ${there}`,
  );
}

function unique(keys: readonly AdminKey[]): AdminKey[] {
  return keys.filter((key, index) => keys.findIndex((other) => keyId(other) === keyId(key)) === index);
}

/** Fingerprint → whose key it is, and whether it was revoked. */
export function owners({ sshKeys, revokedKeys }: Admin): ReadonlyMap<string, string> {
  return new Map([
    ...revokedKeys.map((key) => [fingerprintOf(key), `${ownerOf(key)} (revoked)`] as const),
    ...sshKeys.map((key) => [fingerprintOf(key), ownerOf(key)] as const),
  ]);
}
