import { locations } from "../../catalog";
import type { BackupFacts, DatabaseFacts, Facts } from "../facts";
import { formatSeconds } from "../figures";
import type { SinglePoint } from "../types";

/** What visitors see without the database: instances stay healthy, so HAProxy keeps sending requests to them. */
export const withoutDatabase = "Requests that need the database fail until then; all others are answered";

/** e.g. `an encrypted Storage Box in Helsinki` */
export function backupPlace({ storage, s3 }: BackupFacts): string {
  const { city } = locations[storage.location];
  return `an encrypted Storage Box in ${city}${s3 ? " and the bucket beside it" : ""}`;
}

/** What a restore lacks of what was acknowledged. */
export function lostInRestore({ mostLost }: BackupFacts): string {
  return `what was written in the last ${formatSeconds(mostLost)} before the loss, or earlier if the storage could not be reached`;
}

/** Without backups, the database is a single point of failure. */
export function onlyCopy({ backup }: DatabaseFacts): readonly SinglePoint[] {
  return backup
    ? []
    : [
        {
          id: "database-copy",
          what: "the only copy of the database",
          because: "it is on one volume, and without holdfast:backup no mistake in it can be undone",
        },
      ];
}

/** One sentence: where the app's data is. */
export function whereDataIs({ app, appMachines, database }: Facts): string {
  if (!database) {
    return appMachines.length > 1
      ? `In files on each app machine (${app.stateFolder}), each with its own: only the machine that took a visitor's entry shows it. There is no copy and no backup.`
      : `In files on the app machine (${app.stateFolder}). There is no copy and no backup.`;
  }
  const { backup } = database;
  const copies = backup
    ? `Copies are on ${backupPlace(backup)}: any second of the last ${backup.retentionDays} days can be restored.`
    : "There is no copy and no backup.";
  return `In the database, on a volume that outlives its machine. ${copies} The app's files (${app.stateFolder}) are in neither.`;
}
