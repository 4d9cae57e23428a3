import type { Driver, MachineState, StorageUsage } from "../driver";

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** A driver that makes nothing: for tests of the API, and for computers where machines cannot run. */
export class NoDriver implements Driver {
  readonly name = "none";
  private readonly machines = new Map<number, { running: boolean }>();

  readonly ensureNetwork = nothing;
  readonly removeNetwork = nothing;
  readonly ensureVolume = nothing;
  readonly attachVolume = nothing;
  readonly detachVolume = nothing;
  readonly removeVolume = nothing;
  readonly routeFloatingIp = nothing;
  readonly ensureStorageBox = nothing;
  readonly removeStorageBox = nothing;
  readonly changeBoxSnapshot = nothing;

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

  async measureStorageBox(): Promise<StorageUsage> {
    return { data: 0, snapshots: 0 };
  }

  async removeEverything(): Promise<void> {
    this.machines.clear();
  }
}
