import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { withoutDatabase } from "./database";
import { unlessGivenUp } from "./restarted";

/** PostgreSQL itself dies: a bug, memory, somebody's kill. */
export const databaseProcess = {
  id: "database-process",
  title: "The database process dies",
  assess,
} as const satisfies Failure;

function assess({ database }: Facts): Assessment | undefined {
  if (!database) return undefined;
  const { restart } = database;
  return {
    service: "stops and comes back",
    takesOver: "Nobody; systemd starts it again, and PostgreSQL reads its log",
    time: {
      until: "until it accepts connections again",
      duration: duration(
        [{ what: "until systemd starts it", seconds: restart.delay, from: "postgresql@.service: RestartSec" }],
        ["how long PostgreSQL reads its log (at most what max_wal_size lets pile up)"],
      ),
    },
    visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
    promises: { lost: 0, unexpected: 0, away: restart.delay },
    data: "None that was acknowledged; transactions under way are taken back",
    person: unlessGivenUp(restart),
    singlePoints: [],
  };
}
