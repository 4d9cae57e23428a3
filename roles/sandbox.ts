/**
 * What every long-running unit of ours gives up, beside its capabilities (systemd.exec(5)). What one needs in addition,
 * or gives up in addition, it says in its own unit.
 */
export const sandbox = [
  "NoNewPrivileges=yes",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "ProtectKernelTunables=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
] as const;

/** What a service of root's keeps, beside the sandbox. */
export interface Rights {
  /** Capabilities (capabilities(7)). @default none */
  readonly capabilities?: readonly string[];
  /** Address families of its sockets beside AF_UNIX. @default none */
  readonly families?: readonly string[];
  /** System calls beyond @system-service. @default none */
  readonly systemCalls?: readonly string[];
  /** Folders that it writes to; one with `-` may be missing. @default none */
  readonly writes?: readonly string[];
}

/** Address families of what connects to other machines; names are looked up by netlink too. */
export const network = ["AF_INET", "AF_INET6", "AF_NETLINK"] as const;

/** Capabilities to become another user, and to make files for that user. */
export const asAnotherUser = ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE"] as const;

/** The sandbox of a service of root's, with what it needs to do its work. */
export function confined({ capabilities = [], families = [], systemCalls = [], writes = [] }: Rights): string[] {
  return [
    ...sandbox,
    `CapabilityBoundingSet=${capabilities.join(" ")}`,
    `RestrictAddressFamilies=${["AF_UNIX", ...families].join(" ")}`,
    ...(systemCalls.length > 0 ? [`SystemCallFilter=${systemCalls.join(" ")}`] : []),
    ...(writes.length > 0 ? [`ReadWritePaths=${writes.join(" ")}`] : []),
  ];
}
