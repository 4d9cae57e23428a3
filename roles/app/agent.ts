import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Instance } from "../../blueprint/blueprint";
import { sandbox } from "../sandbox";
import { heading, lines } from "../text";
import type { RoleConfiguration } from "../types";

/** Where the app machine's agent is. */
export const agentPaths = {
  folder: "/usr/local/lib/holdfast/agent",
  configuration: "/etc/holdfast/agent.json",
  drain: "/usr/local/sbin/holdfast-drain",
  unit: "/etc/systemd/system/holdfast-agent.service",
  /** A file per instance that is not `ready`; on disk, so that a drain outlives a reboot. */
  states: "/var/lib/holdfast/instances",
} as const;

/** Seconds between two questions of HAProxy to an agent, for `agent-inter`: how long a drain takes to be obeyed. */
export const agentInterval = 1;

const source = (name: string) => readFileSync(join(__dirname, "agent", name), "utf8");

/** The agent of one app machine: HAProxy's agent-check for each of its instances, and the watchdog over them. */
export function agent(settings: {
  readonly privateAddress: string;
  readonly instances: readonly Pick<Instance, "number" | "port" | "agentPort">[];
  readonly health: string;
  /** Seconds that an instance may take until its first answer. */
  readonly startTimeout: number;
}): RoleConfiguration {
  const { privateAddress: address, instances, health, startTimeout } = settings;
  const configuration = {
    address,
    health,
    startSeconds: startTimeout,
    states: agentPaths.states,
    instances: instances.map(({ number, port, agentPort }) => ({ number, port, agentPort })),
  };
  const files = {
    [`${agentPaths.folder}/agent.py`]: { content: source("agent.py") },
    [`${agentPaths.folder}/watchdog.py`]: { content: source("watchdog.py") },
    [agentPaths.configuration]: { content: `${JSON.stringify(configuration, undefined, 2)}\n` },
    [agentPaths.unit]: { content: unit() },
  };
  return {
    packages: ["python3"],
    files: {
      ...files,
      [agentPaths.drain]: { content: source("drain.sh"), mode: "0755", validate: "sh -n %s" },
    },
    units: [{ name: "holdfast-agent.service", restartOn: Object.keys(files) }],
  };
}

function unit(): string {
  return lines(
    heading(),
    "[Unit]",
    "Description=Tells HAProxy which instances may have visitors, and restarts those that hang",
    "Wants=network-online.target",
    "After=network-online.target",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=notify",
    `ExecStart=/usr/bin/python3 ${agentPaths.folder}/agent.py ${agentPaths.configuration}`,
    "Restart=always",
    "RestartSec=200ms",
    "WatchdogSec=20",
    "OOMScoreAdjust=-900",
    "MemoryMax=128M",
    "SyslogIdentifier=agent",
    "# systemd kills for those only who may kill themselves.",
    "CapabilityBoundingSet=CAP_KILL",
    ...sandbox,
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  );
}
