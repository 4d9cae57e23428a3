import { formatPublicKey, type PublicKey } from "../../blueprint/sshKeys";
import { heading, lines } from "../text";

/** Who may log in. Root's file, not the user's: whoever gets in once cannot leave a key of his own behind. */
export function authorizedKeys(keys: readonly PublicKey[]): string {
  return lines(heading(), keys.map(formatPublicKey));
}
