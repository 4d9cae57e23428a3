import { messageOf } from "../../../lib/errors";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { LeaseClaim } from "../apply/request";
import type { LeaseInput } from "../inputs";
import { pinOf, type HostKeys } from "../../ssh/hostKeys";
import { isSilent } from "../../ssh/failures";
import type { Credentials } from "../../ssh/credential";
import type { ListedKey } from "../../ssh/keyText";
import { ConnectionBroken, type Session } from "../../ssh/session";
import { waitForMachine, waitingLimit, type Report } from "../../ssh/waiting";
import { askForLease, type LeaseAnswer, type LeaseRecord } from "./ask";
import { identity, type Identity } from "./identity";
import { leaseLost, leaseTaken, leaseUnreachable, leaseWaitedFor } from "./messages";
import { leaseWait } from "./settings";

/** Seconds that the lease lasts without a renewal: that of a killed run ends within two minutes. */
export const lifetime = 90;
/** Milliseconds between renewals: four may be missed. */
const renewal = 20_000;
/** Milliseconds between two attempts while another run has the lease. */
const poll = 2_000;
/** Seconds before its end from which a lease has to be confirmed first. */
const margin = 15;
/** Milliseconds for the release: the engine does not wait long at its end. */
const releaseLimit = 3_000;
/** Seconds during which a machine may refuse the key, because cloud-init has not made the user yet. */
const keyGrace = 30;

/** Options of a lease beside the route to its machine. */
export interface LeaseOptions {
  readonly pinned: HostKeys;
  readonly signal: AbortSignal;
  readonly tell: Report;
  /** Whether a configuration is removed. @default one is applied */
  readonly leaving?: boolean;
  /** Reason shown to others who wait, unless HOLDFAST_REASON gives one. @default `pulumi up` */
  readonly reason?: string;
  /** Keys for the machine that keeps it. @default those that `findCredentials` finds */
  readonly credentials?: Credentials;
  /** See `ConnectOptions.known`. */
  readonly known?: readonly ListedKey[];
}

/** The stack's lease, held by this process. It is renewed in the background until it is released or lost. */
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
  private routes: readonly [LeaseInput, ...LeaseInput[]];

  private constructor(
    where: LeaseInput,
    { owner, reason }: Identity,
    private readonly logins: Pick<LeaseOptions, "credentials" | "known">,
  ) {
    this.routes = [where];
    this.owner = owner;
    this.reason = reason;
  }

  /**
   * Takes the lease, and waits while another run has it.
   *
   * @throws with its holder when that takes too long, or when the machine that keeps it is not reached
   */
  static async take(where: LeaseInput, options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(where, identity(options.reason), options);
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
   * Adds another route to the machine that keeps the lease. A new configuration has a route that stays, so the lease
   * uses it from now on. A configuration that is removed has an old route, which this run may remove.
   */
  async addRoute(where: LeaseInput, { pinned, leaving = false }: LeaseOptions): Promise<void> {
    if (isDeepStrictEqual(this.routes[0], where)) return;
    await this.renewing;
    const [present, ...others] = this.routes;
    const more = others.filter((route) => !isDeepStrictEqual(route, where));
    this.hostKeys = { ...withoutOwn(pinned), ...this.hostKeys };
    this.routes = leaving ? [present, ...more, where] : [where, present, ...more];
    if (leaving) return;
    this.close();
    void this.renew();
  }

  /**
   * Resolves when this process certainly has the lease. If it was cut off for a while, it renews first.
   *
   * @throws when another run has the lease, or had it meanwhile
   */
  async confirm(signal: AbortSignal, tell: Report): Promise<void> {
    const deadline = Date.now() + waitingLimit() * 1_000;
    while (!this.isFresh()) {
      if (this.lostTo !== undefined) throw leaseLost(this.lostTo);
      signal.throwIfAborted();
      if (Date.now() > deadline) throw leaseUnreachable(this.routes[0].host, "it could not be renewed in time", true);
      tell("renewing the stack's lease");
      await this.renew();
      if (!this.isFresh()) await pause(1_000, undefined, { signal });
    }
  }

  /** Releases the lease, so that others need not wait until it runs out. Errors are ignored: it ends by itself. */
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
        throw leaseUnreachable(this.routes[0].host, "its connection breaks again and again", false);
      }
      await pause(poll, undefined, { signal });
    }
  }

  /** Undefined: the connection broke, e.g. because the machine restarts. */
  private async tryToTake(signal: AbortSignal, tell: Report): Promise<LeaseAnswer | undefined> {
    try {
      return await this.ask("take", signal, tell);
    } catch (error) {
      signal.throwIfAborted();
      this.close();
      if (error instanceof ConnectionBroken) return undefined;
      throw leaseUnreachable(this.routes[0].host, messageOf(error), isSilent(error));
    }
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.renew().finally(() => {
        if (!this.ended.signal.aborted && this.lostTo === undefined) this.schedule();
      });
    }, renewal);
    // The timer alone does not keep the process alive.
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
      if (!this.ended.signal.aborted) this.tryAnotherRoute();
    }
  }

  private tryAnotherRoute(): void {
    const [tried, next, ...others] = this.routes;
    if (next) this.routes = [next, ...others, tried];
  }

  private async ask(action: "take" | "renew" | "release", signal: AbortSignal, tell: Report = () => undefined) {
    const { owner, reason, generation } = this;
    const body = action === "take" ? { owner, reason, seconds: lifetime } : { generation, seconds: lifetime };
    this.session ??= await this.connect(signal, tell, action === "take" ? waitingLimit() : lifetime / 3);
    return askForLease(this.session, action, body, signal, tell);
  }

  private async connect(signal: AbortSignal, tell: Report, limit: number): Promise<Session> {
    const { serverId, ...connection } = this.routes[0];
    const pin = pinOf({ ...connection, serverId });
    const { [pin]: own, ...others } = this.hostKeys;
    const { credentials, known } = this.logins;
    const session = await waitForMachine(
      { connection, pinned: { ...others, ...(own && { machine: own }) }, signal, credentials, known },
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

/** Without the pin of the machine that is configured: another one may keep the lease. */
function withoutOwn(pinned: HostKeys): HostKeys {
  return Object.fromEntries(Object.entries(pinned).filter(([name]) => name !== "machine"));
}
