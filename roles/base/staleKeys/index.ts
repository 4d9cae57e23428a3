import { libraries, programFolder } from "../../programFolder";
import { sandbox } from "../../sandbox";
import type { RoleConfiguration } from "../../types";
import { unitFile } from "../../unitFile";

const folder = "/usr/local/lib/holdfast/stale-keys";
const service = "/etc/systemd/system/holdfast-stale-keys.service";
const timer = "/etc/systemd/system/holdfast-stale-keys.timer";

/**
 * Removes the keys that the cloud left in home folders, once our own file has let somebody in. A unit of its own, and no
 * part of an apply: an apply that is undone must find the way in by which it came.
 *
 * @param keys path of the file that sshd looks for keys in
 */
export function staleKeys(user: string, keys: string): RoleConfiguration {
  return {
    files: {
      ...programFolder(__dirname, folder, [libraries.logins]),
      [service]: {
        content: unitFile({
          Unit: ["Description=Removes keys that sshd no longer reads from home folders"],
          Service: [
            "Type=oneshot",
            `ExecStart=/usr/bin/python3 -B ${folder}/stale_keys.py ${user} ${keys}`,
            "SyslogIdentifier=holdfast-stale-keys",
            ...sandbox.filter((line) => !line.startsWith("ProtectHome=")),
            "ReadWritePaths=/home -/root/.ssh",
            "PrivateNetwork=yes",
            "RestrictAddressFamilies=AF_UNIX",
            "MemoryDenyWriteExecute=yes",
            // Home folders belong to their users.
            "CapabilityBoundingSet=CAP_DAC_OVERRIDE",
          ],
        }),
      },
      [timer]: {
        content: unitFile({
          Unit: ["Description=Looks for keys that sshd no longer reads"],
          Timer: ["OnActiveSec=2min", "OnBootSec=5min", "OnUnitInactiveSec=1h"],
          Install: ["WantedBy=timers.target"],
        }),
      },
    },
    units: [{ name: "holdfast-stale-keys.timer", restartOn: [timer] }],
  };
}
