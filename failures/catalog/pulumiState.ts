import type { Facts } from "../facts";
import { count } from "../figures";
import type { Assessment, Failure } from "../types";

/** Pulumi's record of which resource is which machine is lost. */
export const pulumiState = { id: "pulumi-state", title: "Pulumi's state is lost", assess } as const satisfies Failure;

function assess({ blueprint, database }: Facts): Assessment {
  const servers = count(blueprint.machines.length, "server");
  return {
    service: "goes on",
    takesOver: "Nobody needs to: running machines do not use it",
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    data: `None of the app's. The state holds the machines' pinned host keys${database?.backup ? " and the key of the backups, without which nobody can read them: keep what `npx holdfast backup key` prints" : ""}`,
    person: `Restore it from the backend's history or from your copy (\`pulumi stack export\` writes one). Without a copy, \`pulumi import\` the ${servers} and all other resources: \`pulumi up\` with an empty state fails, because the names are taken`,
    singlePoints: [
      {
        id: "pulumi-state",
        what: "Pulumi's state",
        because: "Holdfast keeps no second copy: keep one, or use a backend that does",
      },
    ],
  };
}
