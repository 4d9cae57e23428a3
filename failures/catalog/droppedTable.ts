import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { onlyCopy } from "./database";

/** Somebody or some release deletes what it should not have: the commonest way to lose data. */
export const droppedTable = {
  id: "dropped-table",
  title: "A table is dropped by mistake",
  assess,
} as const satisfies Failure;

function assess({ database }: Facts): Assessment | undefined {
  if (!database) return undefined;
  const { backup } = database;
  const fate = "What needs the table fails until then; the rest is served";
  return {
    service: "stops",
    takesOver: "Nobody: what is deleted in the database is deleted for all instances",
    time: {
      until: "until it is restored",
      duration: duration(
        [],
        backup ? ["until somebody notices", "the restore, which grows with the database"] : ["nothing brings it back"],
      ),
    },
    visitors: { safe: fate, unsafe: fate },
    ...(backup && { promises: { missing: 0, extra: 0, lost: 0 } }),
    data: backup
      ? `What was written after the second that is chosen, in all tables; a mistake that nobody notices for ${backup.retentionDays} days stays`
      : "The table",
    person: backup
      ? "`npx holdfast restore --to TIME`, with the second before the mistake; into another stack first (`--into`) where you want to look before"
      : "Nothing helps. Set holdfast:backup before that happens",
    singlePoints: [
      {
        id: "database-content",
        what: "what is in the database",
        because: "there is one, and a mistake in it is everybody's at once",
      },
      ...onlyCopy(database),
    ],
  };
}
