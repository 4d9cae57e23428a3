import { locations } from "../../catalog";
import type { BackupFacts, DatabaseFacts, Facts } from "../facts";
import { formatSeconds } from "../figures";
import type { SinglePoint } from "../types";

/** What becomes of visitors while the database is away: instances stay healthy, so nobody is sent away from them. */
export const withoutDatabase = "What needs the database fails until then; the rest is served";

/** e.g. `an encrypted Storage Box in Helsinki` */
export function backupPlace({ storage, s3 }: BackupFacts): string {
  const { city } = locations[storage.location];
  return `an encrypted Storage Box in ${city}${s3 ? " and the bucket beside it" : ""}`;
}

/** How much of what was acknowledged a restore lacks. */
export function lostInRestore({ mostLost }: BackupFacts): string {
  return `what was written in the last ${formatSeconds(mostLost)} before, or longer where the storage was away`;
}

/** The database has one place where it is kept, and a backup makes up for its loss. */
export function onlyCopy({ backup }: DatabaseFacts): readonly SinglePoint[] {
  return backup
    ? []
    : [
        {
          id: "database-copy",
          what: "the only copy of the database",
          because: "it is on one volume, and nothing undoes a mistake in it (holdfast:backup)",
        },
      ];
}

/** One sentence: where the app's data is. */
export function whereDataIs({ app, appMachines, database }: Facts): string {
  if (!database) {
    return appMachines.length > 1
      ? `In files on each app machine (${app.stateFolder}), each with its own: what a visitor wrote is seen on the machine that took it only. There is no copy and no backup.`
      : `In files on the app machine (${app.stateFolder}). There is no copy and no backup.`;
  }
  const { backup } = database;
  const copies = backup
    ? `Copies are on ${backupPlace(backup)}: any second of the last ${backup.retentionDays} days can be restored.`
    : "There is no copy and no backup.";
  return `In the database, on a volume that outlives its machine. ${copies} What the app keeps in files (${app.stateFolder}) is in neither.`;
}
