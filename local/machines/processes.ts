import { readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Processes with an argument that starts with this.
 *
 * The kernel gives the number of an ended process to a new one, so numbers are not stored. A mark in their arguments
 * finds processes again, see {@link machineMark} and {@link relayMark}.
 */
export function processesMarked(mark: string, match: "whole" | "prefix" = "whole"): number[] {
  return allPids().filter((pid) =>
    argumentsOf(pid).some((argument) => (match === "whole" ? argument === mark : argument.startsWith(mark))),
  );
}

/** Argument of a machine's supervisor and of its systemd-nspawn. */
export function machineMark(namespace: string): string {
  return `--machine=${namespace}`;
}

/**
 * Argument of a relay; without the relay's name, what all relays of a namespace have in common. It says "door" because
 * relays outlive an update of this program, which has to find older ones.
 */
export function relayMark(namespace: string, name = ""): string {
  return `--door=${namespace}/${name}`;
}

/** What the relays of all namespaces with this prefix have in common. */
export function relayMarkPrefix(prefix: string): string {
  return `--door=${prefix}`;
}

/** All processes in the network namespace of this name. */
export function processesInNamespace(namespace: string): number[] {
  let inode: number;
  try {
    inode = statSync(`/run/netns/${namespace}`).ino;
  } catch {
    return []; // no namespace, no processes
  }
  return allPids().filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`) === `net:[${inode}]`;
    } catch {
      return false; // ended meanwhile
    }
  });
}

/** Any thread of a process (of a Go program in particular) may have started one, and the kernel lists it under that thread. */
export function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) =>
    readProc(pid, `task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // ended meanwhile
  }
}

/** Name of the program that a process runs, empty when there is no such process. */
export function programOf(pid: number): string {
  return readProc(pid, "comm").trim();
}

/** What a process was started with, e.g. `HOLDFAST_LOCAL=local`; empty when there is no such process. */
export function environmentOf(pid: number): string[] {
  return readProc(pid, "environ").split("\0");
}

/** A process and everything that it has started. */
export function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  const stat = readProc(pid, "stat");
  return stat !== "" && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}

export function signal(pid: number, name: NodeJS.Signals | number): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Kills processes and waits until none of them is left. */
export async function killAndWait(pids: readonly number[]): Promise<void> {
  for (const pid of pids) signal(pid, "SIGKILL");
  if (!(await waitUntil(() => !pids.some(isAlive), 10))) {
    throw new Error(`processes ${pids.filter(isAlive).join(", ")} did not end within 10 s after SIGKILL`);
  }
}

/** Waits until the condition holds; returns whether it did within this many seconds. */
export async function waitUntil(condition: () => boolean, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

/** All processes of this computer. */
export function allPids(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function argumentsOf(pid: number): string[] {
  return readProc(pid, "cmdline").split("\0");
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // ended meanwhile
  }
}
