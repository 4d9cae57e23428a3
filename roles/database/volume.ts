import { readFileSync } from "node:fs";
import { join } from "node:path";
import { heading, lines } from "../text";
import type { RoleConfiguration } from "../types";
import { databaseAgain, databasePaths as paths, databaseUnits as units, unitPath } from "./paths";
import { confined } from "../sandbox";
import { unitFile } from "../unitFile";

/** The volume as Hetzner shows it to the machine that it is attached to. */
function volumeDevice(volumeId: number | string): string {
  return `/dev/disk/by-id/scsi-0HC_Volume_${volumeId}`;
}

/**
 * The volume with its file system, mounted. Two files tell which volume that is, known after its creation: they come with
 * the caller, `volumeFile()` at `paths.volume` and `mountUnit()` at `unitPath(units.mount)`.
 */
export function volume(): RoleConfiguration {
  return {
    packages: ["xfsprogs"],
    files: {
      [paths.volumeProgram]: {
        content: readFileSync(join(__dirname, "program/volume.sh"), "utf8"),
        mode: "0755",
        validate: "sh -n %s",
      },
      [unitPath(units.volume)]: { content: oneshot("Gives an empty volume a file system", "prepare", []) },
      [unitPath(units.grow)]: {
        content: oneshot("Lets the file system fill its volume", "grow", [
          `Requires=${units.mount}`,
          `After=${units.mount}`,
        ]),
      },
      [unitPath(databaseAgain)]: { content: againUnit() },
    },
    units: [
      // No restart of the mount unit by its file: PostgreSQL would be stopped for a comment in it.
      { name: units.volume, state: "oneshot", restartOn: [unitPath(units.mount)], timeout: 120 },
      { name: units.mount, healthy: `mountpoint -q ${paths.mount}` },
      { name: units.grow, state: "oneshot", restartOn: [paths.volume] },
    ],
  };
}

/** Which volume it is, and how large: another size lets the file system grow. */
export function volumeFile(volumeId: number | string, size: number): string {
  return lines(heading(), `DEVICE=${volumeDevice(volumeId)}`, `MOUNT=${paths.mount}`, `# GiB: ${size}`);
}

/** systemd derives the unit's name from where it mounts. `noatime`: reading a page is no reason to write one. */
export function mountUnit(volumeId: number | string): string {
  return unitFile({
    Unit: [
      "Description=The database's volume",
      `Wants=${units.volume}`,
      `After=${units.volume}`,
      // A volume that comes late, or not at the first attempt, is no reason to stay without a database.
      `OnFailure=${databaseAgain}`,
      "StartLimitIntervalSec=0",
    ],
    Mount: [`What=${volumeDevice(volumeId)}`, `Where=${paths.mount}`, "Type=xfs", "Options=noatime"],
    Install: ["WantedBy=multi-user.target"],
  });
}

/**
 * Tries until PostgreSQL runs, once its volume could not be mounted. `Restart=` of PostgreSQL's own unit is of no use
 * then: systemd gives a unit up whose dependency failed, and for good.
 */
function againUnit(): string {
  return unitFile({
    Unit: [
      "Description=Mounts the database's volume and starts PostgreSQL, again and again",
      "StartLimitIntervalSec=0",
    ],
    Service: [
      "Type=oneshot",
      // It takes the mount along, and returns when PostgreSQL accepts connections or when the mount has failed again.
      `ExecStart=/usr/bin/systemctl start ${units.postgresql}`,
      "Restart=on-failure",
      "RestartSec=5",
      ...confined({}),
    ],
  });
}

function oneshot(description: string, command: string, after: readonly string[]): string {
  return unitFile({
    Unit: [
      `Description=${description}`,
      // The volume's mount is not waited for by what is needed to boot, so neither is this.
      "DefaultDependencies=no",
      "After=local-fs-pre.target systemd-remount-fs.service",
      "Conflicts=shutdown.target",
      "Before=shutdown.target",
      after,
    ],
    Service: [
      "Type=oneshot",
      `ExecStart=${paths.volumeProgram} ${command}`,
      // Growing is an administrator's call to the mounted file system, which it has to see as writable.
      ...confined({ capabilities: ["CAP_SYS_ADMIN"], writes: [`-${paths.mount}`] }),
      "PrivateDevices=no",
      "DeviceAllow=block-* rw",
      "# So early in the boot there may be no /tmp yet.",
      "PrivateTmp=no",
    ],
  });
}
