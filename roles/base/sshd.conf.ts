import { allPrivateAddresses } from "../../blueprint/addresses";
import type { MachinePlan } from "../../blueprint/blueprint";
import { leastRsaBits } from "../../blueprint/resolve/admin";
import { machinePaths } from "../../provider/machine/paths";
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
    `AuthorizedKeysFile ${machinePaths.authorizedKeys}/%u`,
    `RequiredRSASize ${leastRsaBits}`,
    // The log says with which key each try was made, refused ones too.
    "LogLevel VERBOSE",
    // Those with protection against quantum computers first. The last two are all that the ssh2 library knows.
    "KexAlgorithms mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org",
    "HostKeyAlgorithms ssh-ed25519,rsa-sha2-512,rsa-sha2-256",
    "MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com",
    "Compression no",
    "MaxAuthTries 3",
    "LoginGraceTime 20",
    "MaxStartups 10:30:60",
    "ClientAliveInterval 30",
    "ClientAliveCountMax 4",
    "X11Forwarding no",
    "AllowAgentForwarding no",
    "AllowStreamLocalForwarding no",
    // Admins and the machine plugin reach the other machines through the load balancers: also one that is made later,
    // before its load balancer hears of it. Every machine leads to itself: to a debugger that listens there.
    "AllowTcpForwarding local",
    `PermitOpen ${["127.0.0.1:*", ...(jumpHost ? allPrivateAddresses().map((address) => `${address}:22`) : [])].join(" ")}`,
  );
}
