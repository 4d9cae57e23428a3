import type { Facts } from "../facts";
import { count } from "../figures";
import type { Assessment, Failure } from "../types";

/** What Pulumi remembers about the stack is gone: which resource is which machine. */
export const pulumiState = { id: "pulumi-state", title: "Pulumi's state is lost", assess } as const satisfies Failure;

function assess({ blueprint, database }: Facts): Assessment {
  const servers = count(blueprint.machines.length, "server");
  return {
    service: "goes on",
    takesOver: "Nobody has to: what runs does not ask it",
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    data: `None of the app's. The pinned host keys of the machines are in the state${database?.backup ? "; so is the backups' key, without which nobody can read them: keep what `npx holdfast backup key` prints" : ""}`,
    person: `Restore it from the backend's own history or your copy (\`pulumi stack export\` writes one). Without any: \`pulumi import\` the ${servers} and everything beside them; \`pulumi up\` from nothing fails, because the names are taken`,
    singlePoints: [
      {
        id: "pulumi-state",
        what: "Pulumi's state",
        because: "nothing here keeps a second copy: keep one, or a backend that does",
      },
    ],
  };
}
