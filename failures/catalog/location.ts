import { locations } from "../../blueprint/catalog";
import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";

/** Fire, power or network of a whole location. All machines of a stack are in one. */
export const location: Failure = { id: "location", title: "The whole location fails", assess };

function assess({ app, blueprint }: Facts): Assessment {
  const name = blueprint.settings.location;
  const { city } = locations[name];
  return {
    service: "stops",
    takesOver: "Nobody",
    time: { until: "until it is back", duration: duration([], ["Hetzner's repair, or your move to another location"]) },
    visitors: { safe: "Get no connection until then", unsafe: "Get no connection until then" },
    data: `The app's files (${app.stateFolder}) are away with it, and gone if it does not return: there is no copy elsewhere`,
    person: "Wait, or bring up a new stack with another holdfast:location and point DNS at it; it begins without data",
    singlePoints: [{ id: "location", what: `the location ${name} (${city})`, because: "all machines are there" }],
  };
}
