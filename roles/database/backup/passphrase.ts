import type { UnitInput } from "../../../provider/machine/inputs";
import { unitFile } from "../../unitFile";
import { backupPaths as paths } from "./paths";
import { asPostgres } from "./units";

const name = "holdfast-backup-passphrase.service";
const unit = `/etc/systemd/system/${name}`;

/**
 * While one passphrase of the backups takes the place of another: brings the repositories to the one in repository.conf. It
 * fails the apply when it cannot, so that nobody forgets a passphrase that is still needed.
 *
 * @param mount where the volume is
 */
export function passphraseFiles(mount: string): Readonly<Record<string, { readonly content: string }>> {
  return {
    [unit]: {
      content: unitFile({
        Unit: ["Description=Gives the backups their new passphrase", "After=network-online.target"],
        Service: [
          "Type=oneshot",
          "TimeoutStartSec=600",
          ...asPostgres(mount),
          `ExecStart=${paths.command} passphrase`,
          "SyslogIdentifier=holdfast-backup",
        ],
      }),
    },
  };
}

export const passphraseUnit: UnitInput = {
  name,
  state: "oneshot",
  restartOn: [unit, paths.repository, paths.passphrases],
};
