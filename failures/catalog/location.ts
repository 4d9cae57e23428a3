import { locations } from "../../catalog";
import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { backupPlace, lostInRestore } from "./database";

/** Fire, or a loss of power or network, in a whole location. All machines of a stack are in one location. */
export const location = { id: "location", title: "The whole location fails", assess } as const satisfies Failure;

function assess(facts: Facts): Assessment {
  const name = facts.blueprint.settings.location;
  const { city } = locations[name];
  const backup = facts.database?.backup;
  return {
    service: "stops",
    takesOver: "Nobody",
    time: { until: "until it is back", duration: duration([], ["Hetzner's repair, or your move to another location"]) },
    visitors: { safe: "Get no connection until then", unsafe: "Get no connection until then" },
    data: data(facts),
    person: `Wait, or bring up a new stack with another holdfast:location and point DNS at it; ${backup ? "`npx holdfast restore` fills its database" : "it begins without data"}`,
    singlePoints: [{ id: "location", what: `the location ${name} (${city})`, because: "all machines are there" }],
  };
}

function data({ app, database }: Facts): string {
  if (!database) {
    return `The app's files (${app.stateFolder}) cannot be reached, and are lost if the location does not return: there is no copy elsewhere`;
  }
  return database.backup
    ? `At most ${lostInRestore(database.backup)}: ${backupPlace(database.backup)} has the rest`
    : "The database's volume cannot be reached, and is lost if the location does not return: there is no copy elsewhere";
}
