import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MachineSpec, NetworkSpec } from "../driver";
import { localPaths } from "../paths";
import { floatingIpsFile, machineFiles, networkFile, volumeFiles } from "./layout";
import { replaceFile } from "../../lib/files";

/**
 * What the API last asked of the driver, on disk. Routes and firewalls of one machine depend on others, and after a
 * restart only these files name the others.
 */
export class Records {
  constructor(private readonly cloud: string) {}

  machine(id: number): MachineSpec | undefined {
    return readJson<MachineSpec>(machineFiles(this.cloud, id).spec);
  }

  machines(): MachineSpec[] {
    return numberedEntries(localPaths(this.cloud).machines, /^(\d+)$/).flatMap((id) => this.machine(id) ?? []);
  }

  saveMachine(spec: MachineSpec): void {
    writeJson(machineFiles(this.cloud, spec.id).spec, spec);
  }

  network(id: number): NetworkSpec | undefined {
    return readJson<NetworkSpec>(networkFile(this.cloud, id));
  }

  networks(): NetworkSpec[] {
    return numberedEntries(join(localPaths(this.cloud).state, "networks"), /^(\d+)\.json$/).flatMap(
      (id) => this.network(id) ?? [],
    );
  }

  saveNetwork(spec: NetworkSpec): void {
    writeJson(networkFile(this.cloud, spec.id), spec);
  }

  removeNetwork(id: number): void {
    rmSync(networkFile(this.cloud, id), { force: true });
  }

  /** Floating IP → id of the machine that it is routed to. */
  floatingIps(): Readonly<Record<string, number>> {
    return readJson<Record<string, number>>(floatingIpsFile(this.cloud)) ?? {};
  }

  saveFloatingIp(address: string, machineId: number | null): void {
    const holders = new Map(Object.entries(this.floatingIps()));
    if (machineId === null) holders.delete(address);
    else holders.set(address, machineId);
    writeJson(floatingIpsFile(this.cloud), Object.fromEntries(holders));
  }

  /** Machine that a volume is attached to. */
  volumeHolder(volumeId: number): number | undefined {
    return readJson<{ machineId?: number }>(volumeFiles(this.cloud, volumeId).attachment)?.machineId;
  }

  saveVolumeHolder(volumeId: number, machineId: number | undefined): void {
    writeJson(volumeFiles(this.cloud, volumeId).attachment, { machineId });
  }

  volumesOf(machineId: number): number[] {
    return numberedEntries(localPaths(this.cloud).volumes, /^(\d+)\.json$/).filter(
      (id) => this.volumeHolder(id) === machineId,
    );
  }
}

function numberedEntries(folder: string, pattern: RegExp): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((entry) => pattern.exec(entry)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes all of it or nothing, also when the process is killed meanwhile. */
function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, JSON.stringify(value, null, 2), { mode: 0o600 });
}
