import type { Facts } from "../facts";
import type { Assessment, Failure } from "../types";

/** The backup storage cannot be reached, or is lost for good. */
export const backupStorage = {
  id: "backup-storage",
  title: "The backup storage fails",
  assess,
} as const satisfies Failure;

function assess({ database }: Facts): Assessment | undefined {
  const backup = database?.backup;
  if (!backup) return undefined;
  const { queue, s3, retentionDays } = backup;
  return {
    service: "goes on",
    takesOver: s3
      ? `The bucket, which has the same backups; WAL for the Storage Box waits on the volume, up to ${queue} MiB`
      : `Nobody; WAL for the storage waits on the volume, up to ${queue} MiB`,
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    // Less than a second is no pause to somebody who writes.
    promises: { dropped: 0, lost: 0, unexpected: 0, away: 1 },
    data: s3
      ? "None: two places have the backups"
      : `None of the database. If the storage is lost for good, so are the backups of the last ${retentionDays} days`,
    person: `Nothing, if the storage is back before ${queue} MiB wait; \`npx holdfast status\` shows an alarm. Above that pgBackRest drops the waiting WAL, so that the database can go on: then run \`npx holdfast backup now\` when the storage is back`,
    singlePoints: s3
      ? []
      : [
          {
            id: "backup-storage",
            what: "the backup storage",
            because: "no second place has the backups (holdfast:backup.s3)",
          },
        ],
  };
}
