import { adminUser } from "../../roles/adminUser";
import type { Facts } from "../facts";
import type { Assessment, Failure } from "../types";

/** The computer of an admin is stolen or broken. */
export const adminLaptop = {
  id: "admin-laptop",
  title: "An admin's laptop is lost",
  assess,
} as const satisfies Failure;

function assess({ blueprint }: Facts): Assessment {
  const keys = blueprint.settings.admin.sshKeys.length;
  const others = keys - 1;
  return {
    service: "goes on",
    takesOver: others > 0 ? `The owners of the other SSH keys (${others})` : "Nobody: the laptop held the only SSH key",
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    data: "Settings and releases that were not pushed. A thief can open everything that the laptop can open",
    person: [
      others > 0
        ? "From another computer: `npx holdfast revoke PERSON`, which also lists what else the laptop held"
        : `Start each machine in Hetzner's rescue system, put a new key into /etc/ssh/authorized_keys/${adminUser} from its console, then change holdfast:admin.sshKeys and run \`pulumi up\``,
      "revoke the laptop's API tokens at Hetzner, and change the passphrase of the stack's secrets",
    ].join("; "),
    singlePoints:
      others > 0
        ? []
        : [{ id: "ssh-key", what: "the only SSH key", because: "without it nobody can log in or run `pulumi up`" }],
  };
}
