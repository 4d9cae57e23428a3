import type { Driver, MachineState, StorageUsage } from "../../driver";
import { machineSpec, networkSpec } from "./machineSpec";
import type { FloatingIpRow, Rows } from "./rows";
import { storageBoxSpec } from "./storageBoxes/spec";

/**
 * Makes the driver follow the store. What is done to one machine (network, volume …) happens one after the other, and
 * always brings it to what the store says at that moment, not to what it said when the work was asked for.
 */
export class Provisioner {
  private readonly queues = new Map<string, Promise<unknown>>();
  private readonly running = new Set<Promise<unknown>>();
  private readonly usage = new Map<number, StorageUsage>();

  constructor(
    private readonly driver: Driver,
    private readonly store: Rows,
    private readonly log: (line: string) => void,
  ) {}

  /** Whether servers are real machines here. */
  get real(): boolean {
    return this.driver.name !== "none";
  }

  private queued<R>(key: string, work: () => Promise<R>): Promise<R> {
    const before = this.queues.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    this.queues.set(key, result);
    const forget = () => {
      if (this.queues.get(key) === result) this.queues.delete(key);
    };
    result.then(forget, forget);
    return result;
  }

  /** Runs work in the background; a failure is logged. */
  background(what: string, work: Promise<unknown>): void {
    const watched = work.catch((error: unknown) => {
      this.log(`${what}: ${String(error)}`);
    });
    this.running.add(watched);
    void watched.finally(() => this.running.delete(watched));
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  ensureNetwork(id: number): Promise<void> {
    return this.queued(`network ${String(id)}`, async () => {
      const network = this.store.get("networks", id);
      if (network !== undefined) await this.driver.ensureNetwork(networkSpec(network));
    });
  }

  removeNetwork(id: number): Promise<void> {
    return this.queued(`network ${String(id)}`, () => this.driver.removeNetwork(id));
  }

  /** Disk, interfaces, addresses, firewall as the store has them; does nothing for a server that is gone. */
  ensure(id: number): Promise<void> {
    return this.queued(`machine ${String(id)}`, () => this.ensureNow(id));
  }

  private async ensureNow(id: number): Promise<void> {
    const server = this.store.get("servers", id);
    if (server === undefined || server.status === "deleting") return;
    for (const net of server.privateNets) await this.ensureNetwork(net.network);
    // Read again: the store may have gone on while the networks were made.
    const current = this.store.get("servers", id);
    if (current !== undefined) await this.driver.ensureMachine(machineSpec(this.store, current));
  }

  start(id: number): Promise<void> {
    return this.queued(`machine ${String(id)}`, async () => {
      await this.ensureNow(id);
      await this.driver.start(id);
    });
  }

  stop(id: number, how: "shutdown" | "power"): Promise<boolean> {
    return this.queued(`machine ${String(id)}`, () => this.driver.stop(id, how));
  }

  /** Whether it shut down without a request, and started again. */
  reboot(id: number): Promise<boolean> {
    return this.queued(`machine ${String(id)}`, async () => {
      if (!(await this.driver.stop(id, "shutdown"))) return false;
      await this.driver.start(id);
      return true;
    });
  }

  reset(id: number): Promise<void> {
    return this.queued(`machine ${String(id)}`, async () => {
      await this.driver.stop(id, "power");
      await this.driver.start(id);
    });
  }

  rebuild(id: number): Promise<void> {
    return this.queued(`machine ${String(id)}`, async () => {
      await this.driver.removeMachine(id);
      await this.ensureNow(id);
      for (const volume of this.store.find("volumes", "server", id)) await this.driver.attachVolume(volume.id, id);
      await this.driver.start(id);
    });
  }

  remove(id: number): Promise<void> {
    return this.queued(`machine ${String(id)}`, () => this.driver.removeMachine(id));
  }

  inspect(id: number): Promise<MachineState> {
    return this.driver.inspect(id);
  }

  ensureVolume(id: number): Promise<void> {
    return this.queued(`volume ${String(id)}`, async () => {
      const volume = this.store.get("volumes", id);
      if (volume === undefined) return;
      await this.driver.ensureVolume({ id, size: volume.size, ...(volume.format && { format: volume.format }) });
    });
  }

  attachVolume(id: number, machine: number): Promise<void> {
    return this.queued(`machine ${String(machine)}`, () => this.driver.attachVolume(id, machine));
  }

  detachVolume(id: number, machine: number): Promise<void> {
    return this.queued(`machine ${String(machine)}`, () => this.driver.detachVolume(id));
  }

  removeVolume(id: number): Promise<void> {
    return this.queued(`volume ${String(id)}`, () => this.driver.removeVolume(id));
  }

  routeFloatingIp(ip: FloatingIpRow, machine: number | null): Promise<void> {
    return this.queued(`floating IP ${ip.ip}`, () => this.driver.routeFloatingIp(ip.ip, machine));
  }

  ensureStorageBox(id: number): Promise<void> {
    return this.queued(`storage box ${String(id)}`, async () => {
      const box = this.store.get("storage_boxes", id);
      if (box !== undefined) await this.driver.ensureStorageBox(storageBoxSpec(this.store, box));
    });
  }

  removeStorageBox(id: number): Promise<void> {
    return this.queued(`storage box ${String(id)}`, async () => {
      await this.driver.removeStorageBox(id);
      this.usage.delete(id);
    });
  }

  changeBoxSnapshot(id: number, what: "make" | "remove" | "restore", name: string): Promise<void> {
    return this.queued(`storage box ${String(id)}`, () => this.driver.changeBoxSnapshot(id, what, name));
  }

  /** Asks the box how much it holds, for {@link storageUsage}. */
  measureStorageBox(id: number): Promise<void> {
    return this.queued(`storage box ${String(id)}`, async () => {
      if (this.store.get("storage_boxes", id) !== undefined) {
        this.usage.set(id, await this.driver.measureStorageBox(id));
      }
    });
  }

  /** As it was measured last; nothing before that. */
  storageUsage(id: number): StorageUsage {
    return this.usage.get(id) ?? { data: 0, snapshots: 0 };
  }
}
