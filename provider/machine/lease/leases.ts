import type { LeaseClaim } from "../apply/request";
import type { LeaseInput } from "../inputs";
import { pinOf } from "../../ssh/hostKeys";
import { identity } from "./identity";
import { Lease, type LeaseOptions } from "./lease";
import { goesWithoutLease } from "./settings";

/** The lease of an apply. */
export interface Held extends LeaseClaim {
  /** Host keys seen on the route to the machine that keeps the lease. */
  readonly hostKeys: Lease["hostKeys"];
  /** See `Lease.confirm`. */
  confirm: Lease["confirm"];
}

/**
 * The leases of this process, one for each machine that keeps one, so one for each stack. The first apply takes it,
 * all others use it, and the end of the run releases it.
 */
export class Leases {
  private readonly held = new Map<string, Promise<Lease>>();
  private working = 0;
  private isOver = false;

  /** @param take exchanged in tests */
  constructor(private readonly take: (where: LeaseInput, options: LeaseOptions) => Promise<Lease> = Lease.take) {}

  /** Runs `work` under the lease. @param where undefined: none is needed */
  async during<T>(
    where: LeaseInput | undefined,
    options: LeaseOptions,
    work: (held: Held | undefined) => Promise<T>,
  ): Promise<T> {
    this.working += 1;
    this.isOver = false;
    try {
      return await work(where && (await this.obtain(where, options)));
    } finally {
      this.working -= 1;
      if (this.isOver) void this.end();
    }
  }

  /** Releases the leases at the end of the run, or when the last apply has ended. */
  async end(): Promise<void> {
    this.isOver = true;
    if (this.working > 0) return;
    const all = [...this.held.values()];
    this.held.clear();
    await Promise.all(all.map((one) => one.then((lease) => lease.release()).catch(() => undefined)));
  }

  private async obtain(where: LeaseInput, options: LeaseOptions): Promise<Held> {
    if (goesWithoutLease()) return unleased();
    // By the server: an older route to it leads to the same lease, and would wait for the one that this run has. A
    // server that was replaced keeps another lease.
    const key = pinOf(where);
    let taking = this.held.get(key);
    if (!taking) {
      taking = this.take(where, options);
      this.held.set(key, taking);
      // The next apply may try again; this one fails.
      taking.catch(() => this.held.delete(key));
    }
    try {
      const lease = await taking;
      await lease.addRoute(where, options);
      await lease.confirm(options.signal, options.tell);
      return lease;
    } catch (error) {
      if (!options.signal.aborted) throw error;
      throw new Error("Interrupted while waiting for the stack's lease; nothing was changed on the machine.");
    }
  }
}

/** Generation 0 is no lease: machines log its owner, but neither refuse nor remember it. */
function unleased(): Held {
  return { ...identity(), generation: 0, hostKeys: {}, confirm: () => Promise.resolve() };
}
