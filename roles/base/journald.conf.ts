import { heading, lines } from "../text";

/** Logs that survive a reboot, do not fill the disk, and lose at most 15 s in a power cut (the default is five minutes). */
export function journald(): string {
  return lines(
    heading(),
    "[Journal]",
    "Storage=persistent",
    "SystemMaxUse=1G",
    "SystemKeepFree=1G",
    "MaxRetentionSec=1month",
    "SyncIntervalSec=15s",
    // A busy HAProxy writes a line for each request; the default of 10000 in 30 s would drop most of them.
    "RateLimitIntervalSec=30s",
    "RateLimitBurst=100000",
  );
}
