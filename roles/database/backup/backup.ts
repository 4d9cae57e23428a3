import { join } from "node:path";
import type { Backup } from "../../../blueprint/resolve/backup";
import { libraries, programFolder } from "../../programFolder";
import { heading, lines } from "../../text";
import type { RoleConfiguration, RoleFile } from "../../types";
import { importUser } from "../pgHba.conf";
import { backupPaths, stanza } from "./paths";
import { pgbackrestConf } from "./pgbackrest.conf";
import type { DatabasePlace } from "./place";
import { archiving } from "./postgresql.conf";
import { archiveQueue } from "./queue";
import { timers, unitFiles } from "./units";

/**
 * pgBackRest and what drives it. The repositories' place and keys are not in here: they are known once the storage is
 * there, and come as late files (components/backupRepository.ts).
 */
export function backup(wanted: Backup, place: DatabasePlace): RoleConfiguration {
  const { version, cluster, dataDirectory, mount, database, roleUnits } = place;
  const configuration = `/etc/postgresql/${version}/${cluster}`;
  const postgresql = `postgresql@${version}-${cluster}.service`;
  const archive = `${configuration}/conf.d/60-holdfast-backup.conf`;
  const settings = {
    stanza,
    version,
    cluster,
    dataDirectory,
    volume: mount,
    volumeSize: database.volume.size,
    configuration: `${configuration}/postgresql.conf`,
    database: database.name,
    owner: database.user,
    port: database.port,
    roleUnits,
    extensions: database.extensions,
    /** MiB of WAL that wait before they are given up: `holdfast status` compares it with the room that there is. */
    archiveQueue: archiveQueue(database.volume.size),
  };
  const units = unitFiles(postgresql, mount);
  const ready = "holdfast-backup-ready.service";
  return {
    packages: ["pgbackrest", "python3-psycopg"],
    files: {
      ...program(),
      [backupPaths.settings]: { content: `${JSON.stringify(settings, undefined, 2)}\n` },
      [backupPaths.pgbackrest]: { content: pgbackrestConf(wanted, place) },
      [archive]: { content: archiving() },
      [backupPaths.tmpfiles]: {
        content: lines(heading(), `d ${backupPaths.run} 0711 root root`, `f ${backupPaths.run}/lock 0600 root root`),
      },
      [backupPaths.importer]: { content: lines(heading(), `u ${importUser} - "Loads foreign dumps"`) },
      ...Object.fromEntries(Object.entries(units).map(([path, content]) => [path, { content }])),
    },
    units: [
      // archive_mode is read when PostgreSQL starts, and at no other time.
      { name: postgresql, restartOn: [archive] },
      { name: "holdfast-restore-undo.service", state: "oneshot" },
      {
        name: ready,
        state: "oneshot",
        restartOn: [
          backupPaths.pgbackrest,
          backupPaths.repository,
          backupPaths.privateKey,
          ...(wanted.s3?.ca === undefined ? [] : [backupPaths.bucketCa]),
          backupPaths.settings,
          `/etc/systemd/system/${ready}`,
        ],
      },
      ...timers.map((name) => ({ name, restartOn: [`/etc/systemd/system/${name}`] })),
    ],
  };
}

/** The program on the machine, and the command that people and units call it by. */
function program(): Record<string, RoleFile> {
  return {
    ...programFolder(join(__dirname, "program"), backupPaths.program, [libraries.postgres]),
    [backupPaths.command]: {
      content: `#!/bin/sh\nexec /usr/bin/python3 ${backupPaths.program} "$@"\n`,
      mode: "0755",
      validate: "sh -n %s",
    },
  };
}
