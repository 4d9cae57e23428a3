import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { onlyCopy } from "./database";

/** A person or a release deletes data by mistake: the commonest way to lose data. */
export const droppedTable = {
  id: "dropped-table",
  title: "A table is dropped by mistake",
  assess,
} as const satisfies Failure;

function assess({ database }: Facts): Assessment | undefined {
  if (!database) return undefined;
  const { backup } = database;
  const fate = "Requests that need the table fail until then; all others are answered";
  return {
    service: "stops",
    takesOver: "Nobody: the table is gone for all instances",
    time: {
      until: "until it is restored",
      duration: duration(
        [],
        backup
          ? ["the time until somebody notices", "the restore, which grows with the database"]
          : ["nothing brings it back"],
      ),
    },
    visitors: { safe: fate, unsafe: fate },
    ...(backup && { promises: { missing: 0, extra: 0, lost: 0 } }),
    data: backup
      ? `All that was written after the chosen second, in all tables; a mistake that nobody notices for ${backup.retentionDays} days cannot be undone`
      : "The table",
    person: backup
      ? "`npx holdfast restore --to TIME`, where TIME is the second before the mistake; to look first, restore into another stack (`--into`)"
      : "Nothing helps. Set holdfast:backup before it happens",
    singlePoints: [
      {
        id: "database-content",
        what: "what is in the database",
        because: "there is only one, and all instances use it",
      },
      ...onlyCopy(database),
    ],
  };
}
