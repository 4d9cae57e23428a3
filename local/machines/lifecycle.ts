import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { MachineState } from "../driver";
import { machineNamespace } from "../network/names";
import { SUPERVISOR } from "./bootScript";
import { removeControlGroups } from "./controlGroups";
import { machineFiles } from "./layout";
import { removeNspawnLeftovers } from "./nspawnLeftovers";
import { cutPower } from "./powerCut";
import {
  childrenOf,
  killAndWait,
  machineMark,
  processesInNamespace,
  processesMarked,
  programOf,
  signal,
  waitUntil,
} from "./processes";

/** systemd's own signal for an orderly power-off (SIGRTMIN+4), as a container manager sends it. */
const POWER_OFF = 34 + 4;

/** Seconds until a machine that was switched on has an init: loading it from a cold disk is the longest part. */
const START_TIMEOUT = 30;
/** Seconds that an orderly shutdown may take. */
const SHUTDOWN_TIMEOUT = 30;

/** Whether a machine is on, and the process number of its init on this computer. */
export function inspectProcesses(cloud: string, id: number): Pick<MachineState, "running" | "initPid"> {
  const processes = processesOf(cloud, id);
  const initPid = initOf(processes);
  // During a reboot there is a supervisor and no init: still on.
  return { running: processes.length > 0, ...(initPid === undefined ? {} : { initPid }) };
}

/**
 * Runs the machine's boot script under a supervisor of its own, in a session of its own, so that the machine outlives
 * this process. Returns when its init runs.
 *
 * @throws with the end of the console's output when no init comes up
 */
export async function switchOn(cloud: string, id: number): Promise<void> {
  const files = machineFiles(cloud, id);
  if (processesOf(cloud, id).length === 0) await startSupervisor(cloud, id);
  const isUp = () => initOf(processesOf(cloud, id)) !== undefined;
  const isGone = () => processesOf(cloud, id).length === 0;
  if (!(await waitUntil(() => isUp() || isGone(), START_TIMEOUT)) || !isUp()) {
    const said = readFileSync(files.console, "utf8").trim().split("\n").slice(-5).join("\n");
    throw new Error(`machine ${id} did not start; the end of its console:\n${said}${hint(said)}`);
  }
}

/** What a person can do about a limit of this computer that all machines share; each takes some five instances. */
function hint(said: string): string {
  if (!/inotify.*Too many open files/.test(said)) return "";
  const limit = "fs.inotify.max_user_instances";
  const value = readFileSync("/proc/sys/fs/inotify/max_user_instances", "utf8").trim();
  return `\nThis computer has used up its limit ${limit} of ${value}: stop machines, or raise it (sysctl ${limit}=1024).`;
}

/** Asks the machine to shut down and returns whether it did. A machine that is still booting may miss the first request. */
export async function shutDown(cloud: string, id: number): Promise<boolean> {
  const isGone = () => processesOf(cloud, id).length === 0;
  for (let waited = 0; waited < SHUTDOWN_TIMEOUT; waited += 5) {
    const init = initOf(processesOf(cloud, id));
    if (init !== undefined) signal(init, POWER_OFF);
    if (await waitUntil(isGone, 5)) {
      tidyUp(cloud, id);
      return true;
    }
  }
  return isGone();
}

/**
 * Ends all of the machine's processes at once, its supervisor first, so that it does not reboot. What it has not flushed
 * to its volumes is lost.
 */
export async function pullThePlug(cloud: string, id: number): Promise<void> {
  const processes = processesOf(cloud, id);
  const init = initOf(processes);
  // Among the children may be a boot script that is not systemd-nspawn yet.
  const children = processes.flatMap(childrenOf);
  const kill = async () => {
    await killAndWait([...processes, ...children, ...(init === undefined ? [] : [init])]);
    await killAndWait(processesInNamespace(machineNamespace(cloud, id)));
  };
  await (init === undefined ? kill() : cutPower(init, kill));
  tidyUp(cloud, id);
}

/** What a machine that has ended leaves on this computer. */
function tidyUp(cloud: string, id: number): void {
  const mark = machineNamespace(cloud, id);
  removeControlGroups(mark);
  removeNspawnLeftovers((name) => name === mark);
}

async function startSupervisor(cloud: string, id: number): Promise<void> {
  const files = machineFiles(cloud, id);
  const console = openSync(files.console, "a", 0o600);
  try {
    const child = spawn("sh", ["-c", SUPERVISOR, machineMark(machineNamespace(cloud, id)), files.bootScript], {
      detached: true,
      stdio: ["ignore", console, console],
      // Nothing of this process's environment, which holds a token, belongs into a machine.
      env: { PATH: process.env.PATH },
    });
    await once(child, "spawn");
    child.unref();
  } finally {
    closeSync(console);
  }
}

/** The machine's supervisor and its systemd-nspawn. */
function processesOf(cloud: string, id: number): number[] {
  return processesMarked(machineMark(machineNamespace(cloud, id)));
}

/** The init among the children of a machine's systemd-nspawn. */
function initOf(processes: readonly number[]): number | undefined {
  return processes
    .filter((pid) => programOf(pid) === "systemd-nspawn")
    .flatMap(childrenOf)
    .find((pid) => programOf(pid) === "systemd");
}
