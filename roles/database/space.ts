import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, loginsOf } from "../../blueprint/database";
import type { RoleConfiguration } from "../types";
import { databasePaths as paths, databaseUnits as units, unitPath } from "./paths";
import { confined } from "../sandbox";
import { unitFile } from "../unitFile";

/**
 * Room on the volume that is kept back for PostgreSQL's own log and for cleaning up: a part of the volume, and bytes at
 * the most. Below it instances may only read.
 */
export const volumeReserve = { part: 1 / 20, most: 5 * 1024 ** 3 } as const;

/** The watch over the room on the volume: what keeps a full volume from stopping PostgreSQL. */
export function space(database: Database): RoleConfiguration {
  const configuration = {
    mount: paths.mount,
    users: loginsOf(database),
    database: database.name,
    reserve: volumeReserve,
  };
  const files = {
    [paths.spaceProgram]: { content: readFileSync(join(__dirname, "program/space.py"), "utf8") },
    [paths.space]: { content: `${JSON.stringify(configuration)}\n` },
    [unitPath(units.space)]: { content: unit() },
  };
  return {
    packages: ["python3-psycopg"],
    files,
    units: [{ name: units.space, restartOn: [paths.commonProgram, paths.postgresProgram, ...Object.keys(files)] }],
  };
}

function unit(): string {
  return unitFile({
    Unit: [
      "Description=Keeps PostgreSQL from running out of room",
      `BindsTo=${units.mount}`,
      `After=${units.mount} ${units.postgresql}`,
      "StartLimitIntervalSec=0",
    ],
    Service: [
      "Type=exec",
      `ExecStart=/usr/bin/python3 ${paths.spaceProgram} ${paths.space}`,
      "WorkingDirectory=/",
      "Restart=always",
      "RestartSec=1s",
      "OOMScoreAdjust=-900",
      "MemoryMax=128M",
      "SyslogIdentifier=space",
      // It asks PostgreSQL as the user postgres.
      ...confined({ capabilities: ["CAP_SETUID", "CAP_SETGID"], writes: [paths.mount] }),
      "PrivateNetwork=yes",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}
