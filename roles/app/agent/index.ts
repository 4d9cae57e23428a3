import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Instance } from "../../../blueprint/blueprint";
import { ports } from "../../../blueprint/ports";
import { machinePaths } from "../../../provider/machine/paths";
import type { HealthQuestion } from "../../health";
import { libraries, programFolder } from "../../programFolder";
import { confined, sandbox } from "../../sandbox";
import { heading, lines } from "../../text";
import type { RoleConfiguration } from "../../types";
import { unitFile } from "../../unitFile";

/** Where the app machine's agent is. */
export const agentPaths = {
  folder: "/usr/local/lib/holdfast/agent",
  configuration: "/etc/holdfast/agent.json",
  drain: "/usr/local/sbin/holdfast-drain",
  rotation: "/usr/local/sbin/holdfast-rotation",
  debug: "/usr/local/sbin/holdfast-debug",
  /** Whether load balancers will find an instance well: `holdfast-health 1`. */
  health: "/usr/local/sbin/holdfast-health",
  unit: "/etc/systemd/system/holdfast-agent.service",
  debugUnit: "/etc/systemd/system/holdfast-debug@.service",
  /** A file per instance that a person took out of rotation; on disk, so that it outlives a reboot. */
  states: "/var/lib/holdfast/instances",
  /** The same for roll-outs and debug sessions, which no reboot outlives. */
  passingStates: "/run/holdfast/instances",
  applyLock: machinePaths.lock,
} as const;

/**
 * Seconds between two questions of HAProxy to an agent, for `agent-inter`: how long a drain takes to be obeyed. A roll-out
 * waits for it twice with each instance, and a question costs one small packet each way.
 */
export const agentInterval = 0.25;

/** How an instance that hangs is found and killed: watchdog.py has the same. Times in seconds. */
export const watchdogTimings = {
  /** Between two questions. */
  interval: 1,
  /** How long it waits for each answer. */
  answer: 2,
  /** Questions in a row without an answer that are a hang. */
  silences: 3,
  /** After so many kills within so long it leaves the instance alone. */
  limit: { kills: 5, within: 600 },
} as const;

/** The settings of one app machine's agent. */
export interface AgentSettings {
  readonly privateAddress: string;
  readonly instances: readonly Pick<Instance, "number" | "name" | "port" | "agentPort">[];
  readonly health: HealthQuestion;
  /** Seconds that an instance may take until its first answer. */
  readonly startTimeout: number;
  /** Seconds that an instance may go on with what it has before it is stopped. */
  readonly drainTimeout: number;
  /** Where an instance that was started for debugging waits for a debugger. */
  readonly debugPort?: number;
  /** Whose view counts: all HAProxys that send visitors here. */
  readonly loadBalancers: readonly { readonly name: string; readonly privateAddress: string }[];
}

/**
 * The agent of one app machine: HAProxy's agent-check for each of its instances, the watchdog over them, and the commands
 * that take an instance out of rotation and put it back.
 */
export function agent(settings: AgentSettings): RoleConfiguration {
  const files = {
    ...programFolder(__dirname, agentPaths.folder, [
      ...[libraries.healthcheck, libraries.haproxychecks, libraries.processes],
    ]),
    [agentPaths.configuration]: { content: `${JSON.stringify(configuration(settings), undefined, 2)}\n` },
    [agentPaths.unit]: { content: agentUnit() },
  };
  const command = (content: string) => ({ content, mode: "0755", validate: "sh -n %s" });
  return {
    packages: ["python3"],
    files: {
      ...files,
      [agentPaths.drain]: command(readFileSync(join(__dirname, "drain.sh"), "utf8")),
      [agentPaths.rotation]: command(wrapper("rotation.py")),
      [agentPaths.debug]: command(wrapper("debugging.py")),
      [agentPaths.health]: command(wrapper("healthy.py")),
      [agentPaths.debugUnit]: { content: debugUnit(settings.startTimeout) },
    },
    units: [{ name: "holdfast-agent.service", restartOn: Object.keys(files) }],
  };
}

function configuration(settings: AgentSettings) {
  const { privateAddress, instances, health, startTimeout, drainTimeout, debugPort, loadBalancers } = settings;
  return {
    address: privateAddress,
    health,
    startSeconds: startTimeout,
    drainSeconds: drainTimeout,
    debugPort,
    states: agentPaths.states,
    passingStates: agentPaths.passingStates,
    applyLock: agentPaths.applyLock,
    statusPort: ports.status,
    loadBalancers: loadBalancers.map(({ name, privateAddress: address }) => ({ name, address })),
    instances: instances.map(({ number, name, port, agentPort }) => ({ number, name, port, agentPort })),
  };
}

function wrapper(program: string): string {
  return lines("#!/bin/sh", heading(), `exec /usr/bin/python3 ${agentPaths.folder}/${program} "$@"`);
}

function agentUnit(): string {
  return unitFile({
    Unit: [
      "Description=Tells HAProxy which instances may have visitors, and restarts those that hang",
      "Wants=network-online.target",
      "After=network-online.target",
      "StartLimitIntervalSec=0",
    ],
    Service: [
      "Type=notify",
      `ExecStart=/usr/bin/python3 ${agentPaths.folder}/agent.py ${agentPaths.configuration}`,
      "Restart=always",
      "RestartSec=200ms",
      "WatchdogSec=20",
      "OOMScoreAdjust=-900",
      "MemoryMax=128M",
      "# HAProxy waits a quarter of a second for its answer, also while instances use all there is of the processor.",
      "CPUWeight=1000",
      "Nice=-10",
      "SyslogIdentifier=agent",
      "# It puts back what a roll-out that was killed left out; what it finds there outlives its own restart.",
      "RuntimeDirectory=holdfast/instances",
      "RuntimeDirectoryMode=0755",
      "RuntimeDirectoryPreserve=yes",
      "# systemd kills for those only who may kill themselves.",
      "CapabilityBoundingSet=CAP_KILL",
      ...sandbox,
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}

/** Lasts as long as its person gives signs of life; its end puts the instance back, whatever the end was. */
function debugUnit(startTimeout: number): string {
  return unitFile({
    Unit: ["Description=Debug session on instance %i"],
    Service: [
      "Type=exec",
      `ExecStart=${agentPaths.debug} keep %i`,
      `ExecStopPost=${agentPaths.debug} put-back %i`,
      `TimeoutStopSec=${startTimeout + 60}`,
      "SyslogIdentifier=debug-%i",
      // It asks systemd to restart the instance, by a drop-in that it leaves in /run, and HAProxy who serves.
      ...confined({ families: ["AF_INET", "AF_INET6"], writes: ["/run", `-${agentPaths.states}`] }),
    ],
  });
}
