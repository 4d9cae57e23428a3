import { sandbox } from "../sandbox";
import { heading, lines } from "../text";

/** The claimer's unit: root without any capability, who may write one folder and speak to the network. */
export function claimerUnit(paths: { readonly folder: string; readonly configuration: string }): string {
  return lines(
    heading(),
    "[Unit]",
    "Description=Keeps the floating IPs on this load balancer while it is master",
    "Wants=network-online.target",
    "After=network-online.target",
    "# The FIFO has to be there before keepalived looks for it.",
    "Before=keepalived.service",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=notify",
    `ExecStart=/usr/bin/python3 ${paths.folder}/claimer.py ${paths.configuration}`,
    "Restart=always",
    "RestartSec=200ms",
    "WatchdogSec=10",
    "# Kept over restarts: keepalived holds the FIFO in it open.",
    "RuntimeDirectory=holdfast-claimer",
    "RuntimeDirectoryMode=0700",
    "RuntimeDirectoryPreserve=yes",
    "Nice=-10",
    "OOMScoreAdjust=-900",
    "MemoryMax=128M",
    "SyslogIdentifier=claimer",
    "CapabilityBoundingSet=",
    ...sandbox,
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "MemoryDenyWriteExecute=yes",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  );
}
