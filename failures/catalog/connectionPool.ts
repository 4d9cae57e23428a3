import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { withoutDatabase } from "./database";
import { unlessGivenUp } from "./common";

/** The pool between all instances and PostgreSQL dies. */
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
    takesOver: "Nobody; systemd starts it again, and the instances connect again",
    time: {
      until: "until it accepts connections again",
      duration: duration(
        [{ what: "until systemd starts it", seconds: pool.delay, from: "pgbouncer.service: RestartSec" }],
        ["PgBouncer's own start"],
      ),
    },
    visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
    promises: { lost: 0, unexpected: 0, away: pool.delay },
    data: "None that was acknowledged; transactions under way are rolled back",
    person: unlessGivenUp(pool),
    singlePoints: [],
  };
}
