import { basename } from "node:path";
import type { Instance } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import { alwaysRestart, type Restart, startLimit } from "../restart";
import { sandbox } from "../sandbox";
import { appPaths } from "./paths";
import { unitFile } from "../unitFile";

/** Ten crashes within a minute are a release that cannot run: an alarm is better than an unnoticed loop. */
export const appRestart: Restart = { delay: 0.2, limit: { starts: 10, within: 60 } };

/** The template of all instances: `app@1.service` and so on. */
export function appUnit({ app, release }: Settings, instances: readonly Instance[]): string {
  const memory = instances[0]?.memory ?? 0;
  return unitFile({
    Unit: [
      `Description=${release.manifest.name}, instance %i`,
      "After=network-online.target nftables.service",
      "Wants=network-online.target",
      ...startLimit(appRestart),
    ],
    Service: [
      "Type=exec",
      `ExecStart=${appPaths.start}`,
      `ExecStop=-${appPaths.stop}`,
      ...confinement("%i"),
      ...alwaysRestart(appRestart),
      "# What a JVM (143), and others after a signal that asked them to end, say about a clean end.",
      "SuccessExitStatus=130 143",
      `TimeoutStopSec=${app.stopTimeout}`,
      "KillMode=mixed",
      `MemoryMax=${memory}M`,
      "OOMPolicy=kill",
      "SyslogIdentifier=app-%i",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}

/** The environment and the rights of the release's programs: an instance and its migration alike. */
export function confinement(instance: number | "%i"): string[] {
  return [
    `WorkingDirectory=${appPaths.release}`,
    "# What files below say about them counts. Its user has no other home, and programs want one that they can write in.",
    `Environment=HOME=${appPaths.state} LANG=C.UTF-8`,
    `EnvironmentFile=${appPaths.environment}`,
    `EnvironmentFile=-${appPaths.databaseEnvironment}`,
    `EnvironmentFile=/etc/holdfast/app/${instance}.env`,
    "LimitNOFILE=65536",
    "LogRateLimitIntervalSec=30s",
    "LogRateLimitBurst=50000",
    "# One user for all instances of a machine, who owns nothing but these two folders.",
    "DynamicUser=yes",
    "User=app",
    `StateDirectory=${basename(appPaths.state)}`,
    "StateDirectoryMode=0700",
    `CacheDirectory=${basename(appPaths.cache)}`,
    "CacheDirectoryMode=0700",
    "UMask=0077",
    ...sandbox,
    "CapabilityBoundingSet=",
    "ProtectProc=invisible",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  ];
}
