import { adminUser } from "../../roles/adminUser";
import type { Facts } from "../facts";
import { count } from "../figures";
import type { Assessment, Failure } from "../types";

/** The computer of somebody who looks after the machines is stolen or broken. */
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
    takesOver: others > 0 ? `Those with the other ${count(others, "SSH key")}` : "Nobody: it held the only SSH key",
    visitors: { safe: "Notice nothing", unsafe: "Notice nothing" },
    data: "What was not pushed: settings, releases. Whoever has the laptop may open what it opened",
    person: [
      others > 0
        ? "From another computer: take its key out of holdfast:admin.sshKeys and run `pulumi up`"
        : `Start each machine in Hetzner's rescue system, put a new key into /etc/ssh/authorized_keys/${adminUser} from its console, then change holdfast:admin.sshKeys and run \`pulumi up\``,
      "revoke its API tokens at Hetzner, and change the passphrase of the stack's secrets",
    ].join("; "),
    singlePoints:
      others > 0
        ? []
        : [{ id: "ssh-key", what: "the only SSH key", because: "without it nobody can log in or run `pulumi up`" }],
  };
}
