import { basename } from "node:path";
import type { RoleConfiguration, RoleFile } from "./types";
import { confined } from "./sandbox";
import { heading, lines } from "./text";
import { unitFile } from "./unitFile";

/** A user that one service has for itself. */
export interface ServiceUser {
  readonly name: string;
  /**
   * Fixed, because the packet filter names it before the user is made for the first time. Debian gives numbers to services
   * from 100 up, systemd from 999 down; ours are far from both.
   */
  readonly id: number;
  /** e.g. `Floating IP keeper` */
  readonly title: string;
}

/** Makes the user where there is none yet; systemd looks for a service's user before anything of the service runs. */
export function serviceUser(
  { name, id, title }: ServiceUser,
  unit: string,
): Required<Pick<RoleConfiguration, "files" | "units">> {
  const declaration = `/etc/sysusers.d/${basename(unit).replace(/-user\.service$/, "")}.conf`;
  const files: Record<string, RoleFile> = {
    [declaration]: { content: lines(heading(), `u ${name} ${id} "${title}"`) },
    [unit]: { content: userUnit(title, declaration) },
  };
  return {
    files,
    units: [{ name: basename(unit), restartOn: Object.keys(files), healthy: `test "$(id -u ${name})" = ${id}` }],
  };
}

function userUnit(title: string, declaration: string): string {
  return unitFile({
    Unit: [`Description=User of the ${title.charAt(0).toLowerCase()}${title.slice(1)}`],
    Service: [
      "Type=oneshot",
      "RemainAfterExit=yes",
      `ExecStart=/usr/bin/systemd-sysusers ${declaration}`,
      ...confined({ capabilities: ["CAP_CHOWN", "CAP_FOWNER"], writes: ["/etc"] }),
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}
