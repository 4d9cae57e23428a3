import { isAbsolute, join } from "node:path";
import type { Problem } from "../problems";
import type { AdminSettings, WrittenKey } from "../sections/admin";
import type { SettingsSource } from "../settingsSource";
import { type AdminKey, keyId, looksLikeKey, ownerOf, parsePublicKey, type PublicKey, rsaBits } from "../sshKeys";

/** Who may log in, with key files read and defaults applied. */
export interface Admin {
  readonly sshKeys: readonly AdminKey[];
  /** Keys that must never come back. */
  readonly revokedKeys: readonly AdminKey[];
  readonly allowFrom: readonly string[];
}

const sshKeysSetting = "holdfast:admin.sshKeys";

/** Reads the key files and checks each key. */
export function resolveAdmin(
  admin: AdminSettings,
  source: SettingsSource,
): { value?: Admin; problems: readonly Problem[] } {
  const { defaultAdmin } = source.cloud;
  const written = admin.sshKeys ?? (defaultAdmin?.sshKey === undefined ? undefined : [defaultAdmin.sshKey]);
  const allowFrom = admin.allowFrom ?? defaultAdmin?.allowFrom;
  const problems: Problem[] = [];
  if (written === undefined) {
    problems.push({
      setting: sshKeysSetting,
      wrong: "is missing",
      why: "machines accept only SSH keys, and nobody could reach or configure them without one",
      fix: defaultAdmin?.fix ?? "name your public key, e.g. `sshKeys: [~/.ssh/id_ed25519.pub]`",
    });
  }
  if (allowFrom === undefined) {
    problems.push({
      setting: "holdfast:admin.allowFrom",
      wrong: "is missing",
      why: "SSH is open only to where you are, so nobody could reach or configure the machines",
      fix: "name your address, e.g. `allowFrom: [198.51.100.7/32]`",
    });
  }

  const keys = readKeys(written ?? [], sshKeysSetting, source);
  const revoked = readKeys(admin.revokedKeys ?? [], "holdfast:admin.revokedKeys", source);
  problems.push(...keys.problems, ...duplicates(keys.value), ...keys.value.flatMap(tooShort), ...revoked.problems);
  const value = allowFrom && { sshKeys: keys.value, revokedKeys: revoked.value, allowFrom };
  return problems.length > 0 ? { problems } : { value, problems };
}

/** The keys of a list that can be read, and what is wrong with the others. */
function readKeys(
  list: readonly WrittenKey[],
  setting: string,
  source: SettingsSource,
): { value: AdminKey[]; problems: Problem[] } {
  const read = list.map((written, index) => {
    if (typeof written === "string") return readKey(written, `${setting}[${index}]`, source);
    const { key, ...limits } = written;
    const result = readKey(key, `${setting}[${index}].key`, source);
    return "key" in result ? { key: { ...result.key, ...limits } } : result;
  });
  return {
    value: read.flatMap((result) => ("key" in result ? [result.key] : [])),
    problems: read.flatMap((result) => ("problem" in result ? [result.problem] : [])),
  };
}

/** Bits of an RSA key that machines accept at least; sshd's `RequiredRSASize`. */
export const leastRsaBits = 3072;

function tooShort(key: AdminKey, index: number): Problem[] {
  const bits = rsaBits(key) ?? leastRsaBits;
  if (bits >= leastRsaBits) return [];
  return [
    {
      setting: `${sshKeysSetting}[${index}]`,
      value: ownerOf(key),
      wrong: `is an RSA key of ${bits} bits`,
      why: `machines accept RSA keys from ${leastRsaBits} bits on, and this one would be locked out`,
      fix:
        "make a new key with `ssh-keygen -t ed25519` and write it in place of this one. Machines that know only the old key " +
        "need it once more: load both into the SSH agent (ssh-add) for the next `pulumi up`",
    },
  ];
}

function readKey(text: string, setting: string, source: SettingsSource): { key: PublicKey } | { problem: Problem } {
  const why = "machines accept only SSH keys, and a broken one would lock you out";
  if (looksLikeKey(text) || text.includes("PRIVATE KEY")) {
    const key = parsePublicKey(text);
    if (!("wrong" in key)) return { key };
    const shown = text.includes("PRIVATE KEY") ? undefined : text;
    const { wrong, fix = "copy the whole line of a .pub file that `ssh-keygen -t ed25519` made" } = key;
    return { problem: { setting, value: shown, wrong, why, fix } };
  }
  const path = resolvePath(text, source);
  const content = source.readText(path);
  if (content === undefined) {
    const fix =
      source.cloud.defaultAdmin?.fix ??
      "name the path of a .pub file, or write the public key itself (`ssh-ed25519 AAAA… you@example.org`)";
    return {
      problem: { setting, value: text, wrong: "is neither a public key nor a file that can be read", why, fix },
    };
  }
  const key = parsePublicKey(content);
  if (!("wrong" in key)) return { key };
  const fix =
    key.fix ??
    (content.includes("PRIVATE KEY")
      ? `name ${text}.pub, and never give the private one to anybody`
      : "make a key pair with `ssh-keygen -t ed25519` and name its .pub file");
  return { problem: { setting, value: text, wrong: key.wrong, why, fix } };
}

/** `~/x` is under the home folder, everything else is seen from the folder of Pulumi.yaml. */
function resolvePath(path: string, { folder, home }: SettingsSource): string {
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(folder, path);
}

function duplicates(keys: readonly PublicKey[]): Problem[] {
  const ids = keys.map(keyId);
  return keys.flatMap((key, index) =>
    ids.indexOf(ids[index] ?? "") === index
      ? []
      : [
          {
            setting: `${sshKeysSetting}[${index}]`,
            value: key.comment || key.body.slice(-12),
            wrong: "is listed twice",
            why: "Hetzner accepts each key once in a project",
            fix: "remove one of the two",
          },
        ],
  );
}
