import { subnetRange } from "../../blueprint/addresses";
import { type AdminKey, formatPublicKey } from "../../blueprint/sshKeys";
import { heading, lines } from "../text";

/** Keys that `npx holdfast revoke` refused on this machine, one on a line. No apply writes it. */
export const revokedKeysPath = "/etc/ssh/revoked_keys";

/** Who may log in. The file is root's: an intruder cannot leave a key of their own in it. */
export function authorizedKeys(keys: readonly AdminKey[]): string {
  return lines(heading(), keys.map(authorizedKey));
}

/** One line of sshd(8)'s AUTHORIZED_KEYS FILE FORMAT. A name stands in place of the comment: logs and the lease say it. */
function authorizedKey(key: AdminKey): string {
  const options = [
    // Most machines are reached through another one of the stack, and see its private address.
    key.from && `from="${[...key.from, subnetRange].join(",")}"`,
    key.expires && `expiry-time="${dayAfter(key.expires)}0000Z"`,
  ].filter((option) => option !== undefined);
  const line = formatPublicKey({ ...key, comment: key.name ?? key.comment });
  return options.length > 0 ? `${options.join(",")} ${line}` : line;
}

/** `2027-06-30` → `20270701`: the last day counts. */
function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
}

/** Refuses settings that are older than a revocation: sshd would refuse the key all the same, and nobody would know why. */
export const refuseRevoked =
  `! test -s ${revokedKeysPath} || ! grep -oE 'AAAA[0-9A-Za-z+/=]{40,}' ${revokedKeysPath} | grep -Ff - %s || ` +
  `{ echo 'These keys were revoked. Take them out of holdfast:admin.sshKeys (or fetch the settings in which that was done).'; exit 1; }`;
