import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MigrationPlace } from "../../app/migrate.service";
import type { RoleConfiguration } from "../../types";
import { unitFile } from "../../unitFile";

/** Where the program is that stops an app machine's instances while the database is put back. */
export const pausePaths = {
  command: "/usr/local/sbin/holdfast-pause",
  settings: "/etc/holdfast/pause.json",
  unit: "/etc/systemd/system/holdfast-pause.service",
} as const;

/**
 * For app machines of a stack with backups.
 *
 * @param instances numbers of the machine's instances
 * @param states folder of the agent's files about instances that are not `ready`
 * @param migration where the release migrates the database that has come back
 */
export function pause(instances: readonly number[], states: string, migration: MigrationPlace): RoleConfiguration {
  const settings = { instances, states, ...(migration && { migration }) };
  return {
    packages: ["python3", "python3-psycopg"],
    files: {
      [pausePaths.command]: { content: readFileSync(join(__dirname, "pause.py"), "utf8"), mode: "0755" },
      [pausePaths.settings]: { content: `${JSON.stringify(settings, undefined, 2)}\n` },
      [pausePaths.unit]: { content: unit() },
    },
    units: [{ name: "holdfast-pause.service", state: "oneshot" }],
  };
}

function unit(): string {
  return unitFile({
    Unit: [
      "Description=Starts the app's instances again when the database is back",
      "After=network-online.target",
      "Wants=network-online.target",
      "# Only while instances are stopped for it, also after a reboot in between.",
      "ConditionPathExists=/var/lib/holdfast/pause.json",
      "StartLimitIntervalSec=0",
    ],
    Service: [
      "Type=exec",
      `ExecStart=${pausePaths.command} hold`,
      "Restart=on-failure",
      "RestartSec=1",
      "SyslogIdentifier=holdfast-pause",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}
