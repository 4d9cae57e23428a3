import type { MachinePlan } from "../../blueprint/blueprint";
import { adminUser } from "../adminUser";
import { heading, lines } from "../text";

/** Keys only, one user, no root. Read before Debian's own settings, and the first value counts. */
export function sshd({ roles }: MachinePlan): string {
  const jumpHost = roles.includes("loadBalancer");
  return lines(
    heading(),
    "PermitRootLogin no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "AuthenticationMethods publickey",
    `AllowUsers ${adminUser}`,
    "AuthorizedKeysFile /etc/ssh/authorized_keys/%u",
    "MaxAuthTries 3",
    "LoginGraceTime 20",
    "MaxStartups 30:30:100",
    "ClientAliveInterval 30",
    "ClientAliveCountMax 4",
    "X11Forwarding no",
    "AllowAgentForwarding no",
    // Admins and the machine plugin reach the other machines through the load balancers. Those lead to themselves only:
    // to a debugger that listens there.
    "AllowTcpForwarding local",
    jumpHost ? undefined : "PermitOpen 127.0.0.1:*",
  );
}
