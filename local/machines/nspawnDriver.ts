import type {
  Driver,
  MachineSpec,
  MachineState,
  NetworkSpec,
  StorageBoxSpec,
  StorageUsage,
  VolumeSpec,
  ZoneSpec,
} from "../driver";
import type { AddressPlan } from "../network/addresses";
import { CloudNetwork } from "../network/cloudNetwork";
import type { RequestListener } from "node:http";
import type { MetadataAnswer } from "../network/metadataService";
import { checkCloudName, machineNamespace } from "../network/names";
import { claimAddresses } from "../network/slots";
import { ensureBaseImage, type BaseImage } from "./baseImage";
import { renderBootScript } from "./bootScript";
import { controlGroups } from "./controlGroups";
import { ensureDisk, mountDisk, removeDisk, writeToDisk } from "./disk";
import { enterCommand } from "./enter";
import { machineFiles } from "./layout";
import { inspectProcesses, pullThePlug, shutDown, switchOn } from "./lifecycle";
import { networkFiles } from "./networkFiles";
import { Records } from "./records";
import { removeEverything } from "./removal";
import { changeBoxSnapshot, ensureStorageBox, measureStorageBox } from "./storageBox/storageBox";
import {
  ensureLoopDevice,
  ensureVolumeBlocks,
  plugVolume,
  releaseLoopDevice,
  removeVolumeFiles,
  unplugVolume,
  volumePath,
} from "./volumes";
import { allowInotifyInstances } from "./inotifyLimit";
import { replaceFile } from "../../lib/files";

/** What the driver of one local cloud needs. */
export interface NspawnDriverOptions {
  /** Name of the local cloud. */
  readonly name: string;
  readonly log: (line: string) => void;
  /** What the metadata service says to a server. */
  readonly metadata: MetadataAnswer;
  /** What the name service answers beside the names of machines. @default nothing */
  readonly zones?: () => readonly ZoneSpec[];
  /** Answers what machines ask the API. @default 503: there is none */
  readonly api?: RequestListener;
}

/** A driver whose machines are real ones: Debian under systemd-nspawn, each in a network namespace of its own. */
export interface NspawnDriver extends Driver {
  readonly addresses: AddressPlan;
  /** Stops serving machines; they run on, and the next driver of this name takes them over. */
  close(): Promise<void>;
}

/** The image that boots. Other names of Hetzner's list exist in the API and end here. */
const BOOTABLE = "debian-13";

/**
 * Opens a local cloud's machines and network, building the base image first if need be. What a process before this one
 * left running, or half done, is taken over.
 *
 * @throws when this computer cannot run machines; `preflight` says why in advance
 */
export async function createNspawnDriver(options: NspawnDriverOptions): Promise<NspawnDriver> {
  checkCloudName(options.name);
  const raised = allowInotifyInstances();
  if (raised !== undefined) options.log(raised);
  const image = await ensureBaseImage(options.log);
  const plan = claimAddresses(options.name);
  const records = new Records(options.name);
  const network = await CloudNetwork.open({ ...options, cloud: options.name, plan, records, image });
  return new NspawnMachines(options.name, plan, image, records, network);
}

class NspawnMachines implements NspawnDriver {
  readonly name = "nspawn";

  constructor(
    private readonly cloud: string,
    readonly addresses: AddressPlan,
    private readonly image: BaseImage,
    private readonly records: Records,
    private readonly network: CloudNetwork,
  ) {}

  ensureNetwork(network: NetworkSpec): Promise<void> {
    return this.network.ensureNetwork(network);
  }

  removeNetwork(id: number): Promise<void> {
    return this.network.removeNetwork(id);
  }

  async ensureMachine(machine: MachineSpec): Promise<void> {
    if (machine.image !== BOOTABLE) {
      throw new Error(`image ${machine.image} does not boot in a local cloud: use ${BOOTABLE}`);
    }
    await ensureDisk(this.cloud, machine, this.image);
    this.records.saveMachine(machine);
    const atBoot = await this.network.ensureMachine(machine);
    replaceFile(machineFiles(this.cloud, machine.id).addresses, `${atBoot.join("\n")}\n`, { mode: 0o600 });
    for (const [path, content] of Object.entries(networkFiles(machine, this.addresses))) {
      await this.writeFile(machine.id, path, content);
    }
    await this.writeBootScript(machine);
  }

  async start(id: number): Promise<void> {
    const machine = this.known(id);
    await mountDisk(this.cloud, id);
    await this.writeBootScript(machine);
    await switchOn(this.cloud, id);
  }

  async stop(id: number, how: "shutdown" | "power"): Promise<boolean> {
    if (how === "shutdown") return shutDown(this.cloud, id);
    await pullThePlug(this.cloud, id);
    return true;
  }

  async removeMachine(id: number): Promise<void> {
    await pullThePlug(this.cloud, id);
    for (const volumeId of this.records.volumesOf(id)) await this.detachVolume(volumeId);
    await this.network.removeMachine(id);
    await removeDisk(this.cloud, id);
    await this.network.firewallsChanged();
  }

  inspect(id: number): Promise<MachineState> {
    const exists = this.records.machine(id) !== undefined;
    return Promise.resolve({ exists, ...inspectProcesses(this.cloud, id) });
  }

  ensureVolume(volume: VolumeSpec): Promise<void> {
    return ensureVolumeBlocks(this.cloud, volume);
  }

  async attachVolume(volumeId: number, machineId: number): Promise<void> {
    const machine = this.known(machineId);
    const holder = this.records.volumeHolder(volumeId);
    if (holder !== undefined && holder !== machineId) {
      throw new Error(`volume ${volumeId} is attached to machine ${holder}: detach it there first`);
    }
    const device = await ensureLoopDevice(this.cloud, volumeId);
    this.records.saveVolumeHolder(volumeId, machineId);
    await this.writeBootScript(machine);
    const { initPid } = inspectProcesses(this.cloud, machineId);
    if (initPid !== undefined) await plugVolume(enterCommand(initPid), device, volumeId);
  }

  async detachVolume(volumeId: number): Promise<void> {
    const machineId = this.records.volumeHolder(volumeId);
    if (machineId === undefined) return;
    this.records.saveVolumeHolder(volumeId, undefined);
    const machine = this.records.machine(machineId);
    if (machine !== undefined) await this.writeBootScript(machine);
    const { initPid } = inspectProcesses(this.cloud, machineId);
    if (initPid !== undefined) await unplugVolume(enterCommand(initPid), volumeId);
    await releaseLoopDevice(this.cloud, volumeId);
  }

  async removeVolume(id: number): Promise<void> {
    await this.detachVolume(id);
    await removeVolumeFiles(this.cloud, id);
  }

  routeFloatingIp(address: string, machineId: number | null): Promise<void> {
    return this.network.routeFloatingIp(address, machineId);
  }

  /** Writes a file into a machine's disk, running or not. */
  writeFile(id: number, path: string, content: string): Promise<void> {
    return writeToDisk(this.cloud, id, path, content);
  }

  ensureStorageBox(box: StorageBoxSpec): Promise<void> {
    return ensureStorageBox(this, box, this.addresses.servers);
  }

  async removeStorageBox(id: number): Promise<void> {
    await this.removeMachine(id);
    await this.removeVolume(id);
  }

  changeBoxSnapshot(id: number, what: "make" | "remove" | "restore", name: string): Promise<void> {
    return changeBoxSnapshot(this, id, what, name);
  }

  measureStorageBox(id: number): Promise<StorageUsage> {
    return measureStorageBox(this, id);
  }

  async removeEverything(): Promise<void> {
    await this.network.close();
    await removeEverything(this.cloud);
  }

  close(): Promise<void> {
    return this.network.close();
  }

  private known(id: number): MachineSpec {
    const machine = this.records.machine(id);
    if (machine === undefined) throw new Error(`there is no machine ${id} in the local cloud "${this.cloud}"`);
    return machine;
  }

  private async writeBootScript(machine: MachineSpec): Promise<void> {
    const files = machineFiles(this.cloud, machine.id);
    const namespace = machineNamespace(this.cloud, machine.id);
    const volumes: Record<string, string> = {};
    for (const volumeId of this.records.volumesOf(machine.id)) {
      volumes[await ensureLoopDevice(this.cloud, volumeId)] = volumePath(volumeId);
    }
    const script = renderBootScript({
      namespace,
      hostname: machine.name,
      root: files.root,
      addresses: files.addresses,
      memory: machine.memory,
      groups: controlGroups(namespace),
      volumes,
    });
    replaceFile(files.bootScript, script, { mode: 0o600 });
  }
}
