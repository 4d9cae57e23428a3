import { messageOf } from "../../../lib/errors";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { LeaseClaim } from "../apply/request";
import type { LeaseInput } from "../inputs";
import { pinOf, type HostKeys } from "../../ssh/hostKeys";
import type { Credential } from "../../ssh/keys";
import { ConnectionBroken, type Session } from "../../ssh/session";
import { waitForMachine, waitingLimit, type Report } from "../../ssh/waiting";
import { askForLease, type LeaseAnswer, type LeaseRecord } from "./ask";
import { identity, type Identity } from "./identity";
import { leaseLost, leaseTaken, leaseUnreachable, leaseWaitedFor } from "./messages";
import { leaseWait } from "./settings";

/** Seconds that the lease lasts without being renewed: the one of a killed run ends within two minutes. */
export const lifetime = 90;
/** Milliseconds between renewals: four may be missed. */
const renewal = 20_000;
/** Milliseconds between two questions whether somebody else's lease has ended. */
const poll = 2_000;
/** Seconds before the end of its lifetime from which a lease is no longer trusted without asking. */
const margin = 15;
/** Milliseconds for giving the lease back: the engine does not wait long at its end. */
const releaseLimit = 3_000;
/** Seconds during which a refused key may come from a machine whose cloud-init has not made the user yet. */
const keyGrace = 30;

/** What holding a lease needs beside the way to its machine. */
export interface LeaseOptions {
  readonly pinned: HostKeys;
  readonly signal: AbortSignal;
  readonly tell: Report;
  /** Whether something is taken off a machine. @default something is made */
  readonly leaving?: boolean;
  /** What others read who wait for it, unless HOLDFAST_REASON says more. @default `pulumi up` */
  readonly reason?: string;
  /** What is offered to the machine that keeps it. @default what `findCredentials` finds */
  readonly credentials?: readonly Credential[];
}

/** The stack's lease in the hands of this process: renewed in the background until it is released or lost. */
export class Lease implements LeaseClaim {
  readonly owner: string;
  readonly reason: string;
  /** Of the machine that keeps it, under the name by which it is pinned, and of the jump hosts on the way. */
  hostKeys: HostKeys = {};
  generation = 0;
  private session?: Session;
  /** Milliseconds; by our clock, counted from before the question. */
  private renewedAt = 0;
  private lostTo?: LeaseRecord | null;
  private timer?: NodeJS.Timeout;
  private renewing?: Promise<void>;
  private readonly ended = new AbortController();
  /** The first one is tried next. */
  private ways: readonly [LeaseInput, ...LeaseInput[]];

  private constructor(
    where: LeaseInput,
    { owner, reason }: Identity,
    private readonly credentials: LeaseOptions["credentials"],
  ) {
    this.ways = [where];
    this.owner = owner;
    this.reason = reason;
  }

  /**
   * Takes the lease, and waits while somebody else has it.
   *
   * @throws with whose it is and how it ends when that takes too long, or when the machine that keeps it is not reached
   */
  static async take(where: LeaseInput, options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(where, identity(options.reason), options.credentials);
    try {
      await lease.wait(options);
    } catch (error) {
      lease.close();
      throw error;
    }
    lease.schedule();
    return lease;
  }

  /**
   * Somebody else comes by another way to the machine that keeps it. What is made comes by a way that stays, so the lease
   * goes over to it; what is taken off a machine comes by that of before, which may go in this very run.
   */
  async alsoBy(where: LeaseInput, { pinned, leaving = false }: LeaseOptions): Promise<void> {
    if (isDeepStrictEqual(this.ways[0], where)) return;
    await this.renewing;
    const [present, ...others] = this.ways;
    const more = others.filter((way) => !isDeepStrictEqual(way, where));
    this.hostKeys = { ...withoutOwn(pinned), ...this.hostKeys };
    this.ways = leaving ? [present, ...more, where] : [where, present, ...more];
    if (leaving) return;
    this.close();
    void this.renew();
  }

  /**
   * Resolves when the lease is certainly ours. After this process was cut off for a while it is asked for first.
   *
   * @throws when somebody else has it now, or had it in the meantime
   */
  async confirm(signal: AbortSignal, tell: Report): Promise<void> {
    const deadline = Date.now() + waitingLimit() * 1_000;
    while (!this.isFresh()) {
      if (this.lostTo !== undefined) throw leaseLost(this.lostTo);
      signal.throwIfAborted();
      if (Date.now() > deadline) throw leaseUnreachable(this.ways[0].host, "it could not be renewed in time");
      tell("renewing the stack's lease");
      await this.renew();
      if (!this.isFresh()) await pause(1_000, undefined, { signal });
    }
  }

  /** Gives it back, so that nobody has to wait until it runs out. What fails here is cured by waiting. */
  async release(): Promise<void> {
    clearTimeout(this.timer);
    this.ended.abort();
    const limit = setTimeout(() => {
      this.close();
    }, releaseLimit);
    await this.renewing;
    if (this.lostTo === undefined) {
      await this.ask("release", AbortSignal.timeout(releaseLimit)).catch(() => undefined);
    }
    clearTimeout(limit);
    this.close();
  }

  private isFresh(): boolean {
    return this.lostTo === undefined && Date.now() < this.renewedAt + (lifetime - margin) * 1_000;
  }

  private async wait({ pinned, signal, tell }: LeaseOptions): Promise<void> {
    this.hostKeys = withoutOwn(pinned);
    const limit = leaseWait();
    const started = Date.now();
    for (;;) {
      const asked = Date.now();
      const answer = await this.tryToTake(signal, tell);
      if (answer?.result === "taken") {
        this.generation = answer.lease.generation;
        this.renewedAt = asked;
        return;
      }
      const waited = (Date.now() - started) / 1_000;
      if (answer?.result === "held") {
        if (waited >= limit) throw leaseTaken(answer.lease, limit);
        tell(leaseWaitedFor(answer.lease, waited, limit));
      } else if (waited >= limit) {
        throw leaseUnreachable(this.ways[0].host, "its connection breaks again and again");
      }
      await pause(poll, undefined, { signal });
    }
  }

  /** Undefined: the connection broke, as it does when the machine restarts. */
  private async tryToTake(signal: AbortSignal, tell: Report): Promise<LeaseAnswer | undefined> {
    try {
      return await this.ask("take", signal, tell);
    } catch (error) {
      signal.throwIfAborted();
      this.close();
      if (error instanceof ConnectionBroken) return undefined;
      throw leaseUnreachable(this.ways[0].host, messageOf(error));
    }
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.renew().finally(() => {
        if (!this.ended.signal.aborted && this.lostTo === undefined) this.schedule();
      });
    }, renewal);
    // A lease alone keeps no process alive.
    this.timer.unref();
  }

  /** One renewal at a time. A machine that is not reached is no loss yet: the lease may outlast its reboot. */
  private renew(): Promise<void> {
    this.renewing ??= this.tryRenewal().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async tryRenewal(): Promise<void> {
    const asked = Date.now();
    try {
      const answer = await this.ask("renew", this.ended.signal);
      if (answer.result === "renewed") this.renewedAt = asked;
      else if (answer.result === "lost") this.lostTo = answer.lease;
    } catch {
      this.close();
      if (!this.ended.signal.aborted) this.tryAnotherWay();
    }
  }

  private tryAnotherWay(): void {
    const [tried, next, ...others] = this.ways;
    if (next) this.ways = [next, ...others, tried];
  }

  private async ask(action: "take" | "renew" | "release", signal: AbortSignal, tell: Report = () => undefined) {
    const { owner, reason, generation } = this;
    const body = action === "take" ? { owner, reason, seconds: lifetime } : { generation, seconds: lifetime };
    this.session ??= await this.connect(signal, tell, action === "take" ? waitingLimit() : lifetime / 3);
    return askForLease(this.session, action, body, signal, tell);
  }

  private async connect(signal: AbortSignal, tell: Report, limit: number): Promise<Session> {
    const { serverId, ...connection } = this.ways[0];
    const pin = pinOf({ ...connection, serverId });
    const { [pin]: own, ...others } = this.hostKeys;
    const session = await waitForMachine(
      { connection, pinned: { ...others, ...(own && { machine: own }) }, signal, credentials: this.credentials },
      { limit, keyGrace: own ? 0 : keyGrace },
      (message) => {
        tell(`the machine that keeps the stack's lease: ${message}`);
      },
    );
    const { machine, ...jumps } = session.seenHostKeys;
    this.hostKeys = { ...this.hostKeys, ...jumps, ...(machine && { [pin]: machine }) };
    return session;
  }

  private close(): void {
    this.session?.close();
    this.session = undefined;
  }
}

/** The pin of the machine that is applied to, which need not be the one that keeps the lease. */
function withoutOwn(pinned: HostKeys): HostKeys {
  return Object.fromEntries(Object.entries(pinned).filter(([name]) => name !== "machine"));
}
