import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import { type AdminKey, formatPublicKey, keyId } from "../../blueprint/sshKeys";
import { replaceFile } from "../../lib/files";
import { requireSettingsFile } from "../checkout";
import { adminOf } from "./keys";

/**
 * Moves keys in a stack's settings from `sshKeys` to `revokedKeys`, where there is something to move.
 *
 * @returns what was done, or what a person has to write where this cannot
 */
export function moveToRevoked(stack: string, keys: readonly AdminKey[]): string {
  const path = requireSettingsFile(stack);
  const text = readFileSync(path, "utf8");
  const { sshKeys, revokedKeys } = adminOf(stack);
  const ids = new Set(keys.map(keyId));
  const places = sshKeys.flatMap((key, index) => (ids.has(keyId(key)) ? [index] : []));
  const there = new Set(revokedKeys.map(keyId));
  const changed = textWithRevoked(
    text,
    places,
    keys.filter((key) => !there.has(keyId(key))),
  );
  const name = basename(path);
  if (changed === undefined)
    return `${name}: EDIT IT BY HAND, move the keys from sshKeys to revokedKeys in holdfast:admin`;
  if (changed === text) return `${name}: the keys stand in revokedKeys`;
  replaceFile(path, changed);
  return `${name}: the keys were moved to revokedKeys; commit and push it`;
}

/**
 * The text of a settings file with keys moved; its comments stay.
 *
 * @param places in the list `sshKeys`
 * @returns undefined if the group cannot be edited
 */
export function textWithRevoked(
  text: string,
  places: readonly number[],
  added: readonly AdminKey[],
): string | undefined {
  if (places.length === 0 && added.length === 0) return text;
  const document = parseDocument(text);
  const group = ["config", "holdfast:admin"];
  const admin: unknown = document.getIn(group);
  if (document.errors.length > 0 || !(isMap(admin) || (admin === undefined && places.length === 0))) return undefined;
  const written: unknown = document.getIn([...group, "sshKeys"]);
  if (places.length > 0 && !isSeq(written)) return undefined;
  for (const place of [...places].reverse()) document.deleteIn([...group, "sshKeys", place]);
  const list: unknown = document.getIn([...group, "revokedKeys"]);
  // The text of the key itself: a .pub file may be deleted one day.
  const entries = added.map((key) => {
    const own = formatPublicKey(key);
    return key.name === undefined ? own : { name: key.name, key: own };
  });
  if (isSeq(list)) for (const entry of entries) list.add(document.createNode(entry));
  else if (entries.length > 0) document.setIn([...group, "revokedKeys"], document.createNode(entries));
  return withOldSpacing(document.toString({ lineWidth: 0 }), text);
}

/** The YAML library spaces brackets its own way: lines that differ in nothing else stay as they were written. */
function withOldSpacing(changed: string, old: string): string {
  const bare = (line: string) => /^\s*/.exec(line)?.[0] + line.replace(/\s/g, "");
  const known = new Map(old.split("\n").map((line) => [bare(line), line]));
  return changed
    .split("\n")
    .map((line) => known.get(bare(line)) ?? line)
    .join("\n");
}
