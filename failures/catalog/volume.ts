import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { backupPlace, lostInRestore, onlyCopy, withoutDatabase } from "./database";

/** The volume is gone: Hetzner's storage failed, or somebody deleted it. */
export const volume = { id: "volume", title: "The database's volume is lost", assess } as const satisfies Failure;

function assess({ blueprint, database }: Facts): Assessment | undefined {
  if (!database || !blueprint.database) return undefined;
  const { backup } = database;
  const { name } = blueprint.database.volume;
  const again = `\`pulumi up --replace\` makes an empty volume`;
  return {
    service: "stops",
    takesOver: backup ? `Nobody; ${backupPlace(backup)} has the backups` : "Nobody",
    time: {
      until: "until it is restored",
      duration: duration(
        [],
        backup
          ? ["the time until somebody acts", "the restore, which grows with the database"]
          : ["nothing brings it back"],
      ),
    },
    visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
    ...(backup && { promises: { lostOld: 0, unexpected: 0 } }),
    data: backup ? `At most ${lostInRestore(backup)}` : "All of the database",
    person: backup
      ? `${again}, and \`npx holdfast restore --to latest\` fills it`
      : `${again}; the app begins without data. Set holdfast:backup before it happens`,
    singlePoints: [
      { id: "volume", what: `the volume ${name}`, because: "the database is on it and on no other" },
      ...onlyCopy(database),
    ],
  };
}
