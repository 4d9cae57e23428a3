import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { withoutDatabase } from "./database";
import { unlessGivenUp } from "./common";

/** PostgreSQL itself dies: by a bug, for lack of memory, or killed by a person. */
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
    takesOver: "Nobody; systemd starts it again, and PostgreSQL recovers from its log",
    time: {
      until: "until it accepts connections again",
      duration: duration(
        [{ what: "until systemd starts it", seconds: restart.delay, from: "postgresql@.service: RestartSec" }],
        ["PostgreSQL's recovery from its log (of at most max_wal_size)"],
      ),
    },
    visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
    promises: { lost: 0, unexpected: 0, away: restart.delay },
    data: "None that was acknowledged; transactions under way are rolled back",
    person: unlessGivenUp(restart),
    singlePoints: [],
  };
}
