import type { Facts } from "../facts";
import type { Assessment, Failure } from "../types";

/** Where backups are kept cannot be reached, or is gone for good. */
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
      ? `The bucket, which has the same backups; what the Storage Box has yet to get waits on the volume, up to ${queue} MiB`
      : `Nobody; what it has yet to get waits on the volume, up to ${queue} MiB`,
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    // Who writes notices nothing of less than a second.
    promises: { dropped: 0, lost: 0, unexpected: 0, away: 1 },
    data: s3
      ? "None: two places have the backups"
      : `None of the database. Gone for good, it takes the backups of the last ${retentionDays} days with it`,
    person: `\`npx holdfast status\` alarms. Back within the time: nothing. Past ${queue} MiB pgBackRest gives up what waits, so that the database can go on: then \`npx holdfast backup now\` as soon as it is back`,
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
