import type { Driver, MachineState, StorageUsage } from "../driver";

/** A driver that makes nothing: for tests of the API, and for computers where machines cannot run. */
export class NoDriver implements Driver {
  readonly name = "none";
  private readonly machines = new Map<number, { running: boolean }>();

  async ensureMachine(machine: { readonly id: number }): Promise<void> {
    if (!this.machines.has(machine.id)) this.machines.set(machine.id, { running: false });
  }

  async start(id: number): Promise<void> {
    this.machines.set(id, { running: true });
  }

  async stop(id: number): Promise<boolean> {
    this.machines.set(id, { running: false });
    return true;
  }

  async removeMachine(id: number): Promise<void> {
    this.machines.delete(id);
  }

  async inspect(id: number): Promise<MachineState> {
    const machine = this.machines.get(id);
    return { exists: machine !== undefined, running: machine?.running ?? false };
  }

  async removeEverything(): Promise<void> {
    this.machines.clear();
  }

  async ensureNetwork(): Promise<void> {
    // Nothing to make.
  }

  async removeNetwork(): Promise<void> {
    // Nothing to remove.
  }

  async ensureVolume(): Promise<void> {
    // Nothing to make.
  }

  async attachVolume(): Promise<void> {
    // Nothing to attach.
  }

  async detachVolume(): Promise<void> {
    // Nothing to detach.
  }

  async removeVolume(): Promise<void> {
    // Nothing to remove.
  }

  async routeFloatingIp(): Promise<void> {
    // Nothing to route.
  }

  async ensureStorageBox(): Promise<void> {
    // Nothing to make.
  }

  async removeStorageBox(): Promise<void> {
    // Nothing to remove.
  }

  async changeBoxSnapshot(): Promise<void> {
    // Nothing to keep.
  }

  async measureStorageBox(): Promise<StorageUsage> {
    return { data: 0, snapshots: 0 };
  }
}
