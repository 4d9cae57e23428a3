import type { Facts } from "../facts";
import { duration } from "../figures";
import type { Assessment, Failure } from "../types";
import { withoutDatabase } from "./database";

/** The machine of the database is gone; its volume is not. */
export const databaseMachine = {
  id: "database-machine",
  title: "The database machine fails",
  assess,
} as const satisfies Failure;

function assess({ blueprint, database }: Facts): Assessment | undefined {
  // On the app machine the failure of that machine covers both.
  if (!database?.apart) return undefined;
  const unprotect = blueprint.settings.protect ? "lift its protection and " : "";
  return {
    service: "stops",
    takesOver: "Nobody",
    time: {
      until: "until it is back",
      duration: duration(
        [],
        ["Hetzner's repair or the machine's replacement", "its boot", "PostgreSQL's recovery from its log"],
      ),
    },
    visitors: { safe: withoutDatabase, unsafe: withoutDatabase },
    promises: { lost: 0, unexpected: 0 },
    data: "None that was acknowledged: the volume outlives the machine",
    person: `If it does not return: ${unprotect}replace it with \`pulumi up --replace\`; the new machine gets the volume with every row`,
    singlePoints: [
      { id: "database-machine", what: "the database machine", because: "no other one has the database's volume" },
    ],
  };
}
