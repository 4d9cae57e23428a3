import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { withoutDatabase } from "./database";
import { unlessGivenUp } from "./restarted";

/** What all instances go through to PostgreSQL dies: one more thing that can, where there are many instances. */
export const connectionPool = {
  id: "connection-pool",
  title: "The connection pool dies",
  assess,
} as const satisfies Failure;

function assess({ database }: Facts): Assessment | undefined {
  const pool = database?.pool;
  if (!pool) return undefined;
  return {
    service: "stops and comes back",
    takesOver: "Nobody; systemd starts it again, and instances connect to it anew",
    time: {
      until: "until it accepts connections again",
      duration: duration(
        [{ what: "until systemd starts it", seconds: pool.delay, from: "pgbouncer.service: RestartSec" }],
        ["PgBouncer's own start"],
      ),
    },
    visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
    promises: { lost: 0, unexpected: 0, away: pool.delay },
    data: "None that was acknowledged; transactions under way are taken back",
    person: unlessGivenUp(pool),
    singlePoints: [],
  };
}
