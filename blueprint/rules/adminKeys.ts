import { type AdminKey, isOnSecurityKey, keyId, ownerOf } from "../sshKeys";
import type { Problem } from "../problems";
import type { Draft, Rule } from "./rule";

/** Days before its end from which a key's expiry is told. */
const notice = 14;

/** A stale branch, or a colleague's copy, must not bring a revoked key back. */
export const revokedKeysStayOut: Rule = ({ resolvedAdmin }) => {
  const revoked = new Set(resolvedAdmin?.revokedKeys.map(keyId));
  return keysOf(resolvedAdmin)
    .filter(({ key }) => revoked.has(keyId(key)))
    .map(({ setting, key }) => ({
      setting,
      value: ownerOf(key),
      wrong: "is a revoked key: it stands in revokedKeys as well",
      why: "whoever has it could log in to the machines again",
      fix: "take it out of sshKeys; its owner needs a new key (`ssh-keygen -t ed25519`)",
    }));
};

/** sshd counts the days; without a key that is valid nobody gets in. */
export const somebodyGetsIn: Rule = ({ resolvedAdmin, today }) => {
  const keys = keysOf(resolvedAdmin);
  if (keys.length === 0 || keys.some(({ key }) => !isExpired(key, today))) return [];
  return [
    {
      setting: "holdfast:admin.sshKeys",
      wrong: "has only keys that expired",
      why: "machines refuse them, and nobody could reach or configure the machines",
      fix: "add a key that is valid, or write a later day",
    },
  ];
};

/** OpenSSH can ask a security key, our own client cannot. */
export const somebodyAppliesToo: Rule = ({ resolvedAdmin, today }) => {
  const valid = keysOf(resolvedAdmin).filter(({ key }) => !isExpired(key, today));
  if (valid.length === 0 || valid.some(({ key }) => !isOnSecurityKey(key))) return [];
  return [
    {
      setting: "holdfast:admin.sshKeys",
      wrong: "has only keys on security keys (sk-…)",
      why: "`pulumi up`, `status` and `who` log in with an SSH client that cannot ask a security key; only `npx holdfast ssh` and `run` can",
      fix: "add a key of another kind for them, e.g. one of `ssh-keygen -t ed25519`, with a passphrase and in the SSH agent",
    },
  ];
};

/** A key that expired does no harm; its owner may still wonder. */
export const keysExpire: Rule = ({ resolvedAdmin, today }) =>
  keysOf(resolvedAdmin).flatMap(({ setting, key }): Problem[] => {
    const { expires } = key;
    if (expires === undefined || today === undefined || expires >= dayAfter(today, notice)) return [];
    return [
      {
        setting,
        value: ownerOf(key),
        wrong: isExpired(key, today) ? `expired after ${expires}` : `expires after ${expires}`,
        why: "machines refuse it from the next day on",
        fix: "write a later day, or take it out of the list when its owner has left",
      },
    ];
  });

function keysOf(admin: Draft["resolvedAdmin"]): { setting: string; key: AdminKey }[] {
  return (admin?.sshKeys ?? []).map((key, index) => ({ setting: `holdfast:admin.sshKeys[${index}]`, key }));
}

function isExpired({ expires }: AdminKey, today: string | undefined): boolean {
  return expires !== undefined && today !== undefined && expires < today;
}

/** `days` after a day in the same form. */
function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
